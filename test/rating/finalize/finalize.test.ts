// Statements that become final: what is frozen, how they are numbered, what holds them up, and that all of it happens once.
import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "../../../core/instant.ts";
import { createExplanations } from "../../../rating/index.ts";
import { type FinalizingStore, openFinalizingStore } from "./finalizing-store.ts";

let on: FinalizingStore;
const vm = {
  tariff_id: "vm",
  name: "VM",
  usage_type: 1,
  unit: "hour",
  model: "per_unit",
  rate: "0.10",
  currency: "EUR",
} as const;
const by = { by: "test" };
const payers = ["amy", "bob", "cas"];

beforeAll(async () => {
  on = await openFinalizingStore();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
  await on.putCard([vm]);
  await on.writeAccounts(payers.map((account_id) => ({ account_id, time_zone: "UTC" })));
  await on.use([
    { account_id: "amy", day: "2026-10-03", hours: 12.5 },
    { account_id: "bob", day: "2026-10-03", hours: 3 },
    { account_id: "cas", day: "2026-10-03", hours: 1 },
  ]);
  await on.rate("2026-10");
}, 120_000);
afterAll(() => on.close());

test("a period that was not closed, or not rated since, stays a draft and says why", async () => {
  const open = await on.finalize("2026-10");
  expect(open.run).toBeNull();
  expect(
    open.refused.map(({ payer_account_id, findings }) => [payer_account_id, findings.map(({ check }) => check)]),
  ).toEqual(payers.map((payer) => [payer, ["not-closed", "no-issuer"]]));
  await on.closeFor("2026-10", ["amy", "bob"]);
  await expect(on.finalize("2026-10", { payer_account_id: "amy" })).rejects.toMatchObject({
    key: "statement-not-ready",
    message: expect.stringContaining("tally rate --period 2026-10") as string,
  });
  const { run } = await on.rate("2026-10");
  expect(run.state).toBe("published");
});

test("documents are numbered in the order of payers, and say who sells and who pays", async () => {
  await on.profiles.issuers.put(
    { id: "house", legal_name: "House of Cloud BV", address: { country: "NL" }, series: "H{year}-{number:4}" },
    by,
  );
  await on.profiles.billing.put(
    { account_id: "amy", legal_name: "Amy Ltd", address: { country: "NL" }, terms_days: 14 },
    by,
  );
  await on.profiles.taxRates.put({ id: "nl", name: "BTW", category: "S", percent: "21", country: "NL" }, by);
  const draft = (await on.of("2026-10", "amy"))[0];
  expect(draft).toMatchObject({ state: "draft", net: "1.25", total: "1.51" });
  const done = await on.finalize("2026-10", {
    overrides: [
      { finding: "no-profile", reason: "a test" },
      { finding: "no-tax-rate", reason: "abroad" },
    ],
  });
  expect(done.refused.map(({ payer_account_id }) => payer_account_id)).toEqual(["cas"]);
  expect(done.made.map(({ number, total }) => [number, total])).toEqual([
    ["H2026-0001", "1.51"],
    ["H2026-0002", "0.30"],
  ]);
  const [amy] = await on.of("2026-10", "amy");
  expect(amy).toMatchObject({
    ...draft,
    state: "final",
    number: "H2026-0001",
    issued_on: "2026-11-04",
    due_on: "2026-11-18",
    payable: "1.51",
  });
  expect(amy?.taxes).toEqual([
    {
      tax_rate_id: "nl",
      name: "BTW",
      category: "S",
      rate: "21",
      reason: "",
      net: "1.25",
      amount: "0.26",
      period: "2026-10",
    },
  ]);
});

test("what is final stays, byte by byte, whatever is put, used and rated later; only what is left becomes final", async () => {
  const before = await on.of("2026-10", "amy");
  const numberOf = async (payer: string): Promise<(string | null)[]> =>
    (await on.of("2026-10", payer)).map(({ number }) => number);
  await on.profiles.billing.put({ account_id: "amy", legal_name: "Amy & Sons Ltd", address: { country: "DE" } }, by);
  await on.profiles.issuers.put(
    { id: "house", legal_name: "House of Cloud NV", address: { country: "NL" }, series: "H{year}-{number:4}" },
    by,
  );
  await on.profiles.taxRates.put({ id: "nl", name: "BTW", category: "S", percent: "22", country: "NL" }, by);
  await on.use([{ account_id: "amy", day: "2026-10-09", hours: 4 }]);
  await on.putCard([{ ...vm, rate: "0.20" }]);
  await on.rate("2026-10", { force: true });
  expect(await on.of("2026-10", "amy")).toEqual(before);
  const again = await on.finalize("2026-10");
  expect([again.run, again.documents, again.made]).toEqual([null, 0, []]);
  await on.closeFor("2026-10", ["cas"]);
  await on.rate("2026-10");
  const overrides = [
    { finding: "no-profile", reason: "a test" },
    { finding: "no-tax-rate", reason: "abroad" },
  ];
  expect((await on.finalize("2026-10", { overrides })).made.map(({ number }) => number)).toEqual(["H2026-0003"]);
  expect(await numberOf("cas")).toEqual(["H2026-0003"]);
  expect(await on.of("2026-10", "amy")).toEqual(before);
  const kept = await on.rows<{ overrides: string[]; asked_by: string }>(
    "SELECT overrides, asked_by FROM statement_document WHERE payer_account_id = 'cas'",
  );
  expect(kept).toEqual([{ overrides: ["no-profile: a test", "no-tax-rate: abroad"], asked_by: "test" }]);
});

test("an override of what is not there, cannot be overridden or has no reason is refused", async () => {
  for (const overrides of [
    [{ finding: "anything", reason: "x" }],
    [{ finding: "not-closed", reason: "x" }],
    [{ finding: "no-profile", reason: " " }],
  ])
    await expect(on.finalize("2026-10", { overrides })).rejects.toMatchObject({ key: "invalid-request" });
});

test("a void statement and its credit note come to nothing together, and are numbered one after the other", async () => {
  const [amy] = await on.of("2026-10", "amy");
  const made = await on.voiding(amy?.id ?? "");
  expect(made.is_new).toBe(true);
  const all = await on.of("2026-10", "amy");
  const note = all.find(({ kind }) => kind === "credit_note");
  const voided = all.find(({ id }) => id === amy?.id);
  expect(voided).toEqual({ ...amy, state: "void", void_by: note?.id });
  expect(note).toMatchObject({
    id: made.id,
    number: "H2026-0004",
    state: "final",
    reverses: amy?.id,
    due_on: null,
    net: "-1.25",
    total: "-1.51",
    payable: "-1.51",
    issuer: amy?.issuer,
    customer: amy?.customer,
  });
  expect(note?.taxes).toEqual(amy?.taxes.map((tax) => ({ ...tax, net: "-1.25", amount: "-0.26" })));
  expect(note?.lines.map(({ amount, exact_amount, base_quantity }) => [amount, exact_amount, base_quantity])).toEqual([
    ["-1.25", "-1.250000000", "-45000000"],
  ]);
  expect(await on.voiding(amy?.id ?? "")).toEqual({ id: made.id, is_new: false, run_id: null });
  await expect(on.voiding(made.id)).rejects.toMatchObject({ key: "conflict" });
  expect((await on.finalize("2026-10")).documents).toBe(0);
});

test("a void statement is issued again with the same lines, by what is known now; once", async () => {
  const [cas] = await on.of("2026-10", "cas");
  await expect(on.reissue(cas?.id ?? "")).rejects.toMatchObject({ key: "conflict" });
  const amy = (await on.of("2026-10", "amy")).find(({ state }) => state === "void");
  await expect(on.reissue(amy?.id ?? "")).rejects.toMatchObject({ key: "statement-not-ready" });
  await on.profiles.taxRates.put({ id: "de", name: "USt", category: "S", percent: "19", country: "DE" }, by);
  const made = await on.reissue(amy?.id ?? "");
  const again = (await on.statements.get(made.id)) ?? undefined;
  expect(again).toMatchObject({
    number: "H2026-0005",
    state: "final",
    replaces: amy?.id,
    net: "1.25",
    total: "1.49",
    customer: { legal_name: "Amy & Sons Ltd" },
    issuer: { legal_name: "House of Cloud NV" },
  });
  expect(again?.lines).toEqual(amy?.lines.map((line) => ({ ...line, tax_rate_id: "de" })));
  expect(await on.reissue(amy?.id ?? "")).toEqual({ id: made.id, is_new: false, run_id: null });
  // what was issued again can be taken back again
  await on.voiding(made.id);
  const third = await on.reissue(made.id);
  expect((await on.statements.get(third.id))?.number).toBe("H2026-0007");
  await expect(on.reissue(third.id)).rejects.toMatchObject({ key: "conflict" });
});

test("drafts, and ids of nothing, can be neither taken back nor issued again", async () => {
  await on.use([{ account_id: "amy", day: "2026-11-02", hours: 1 }]);
  await on.rate("2026-11");
  const [draft] = await on.of("2026-11", "amy");
  for (const id of [draft?.id ?? "", "st_202610_00000000000000000000000000000000", "nonsense"]) {
    await expect(on.voiding(id)).rejects.toMatchObject({ key: "not-found" });
    await expect(on.reissue(id)).rejects.toMatchObject({ key: "not-found" });
  }
});

test("a list of statements is the same in pages of any size, and holds all that was issued", async () => {
  const whole = await on.statements.list({ period: "2026-10", limit: 100 });
  expect(whole.map(({ payer_account_id }) => payer_account_id)).toEqual([
    "amy",
    "amy",
    "amy",
    "amy",
    "amy",
    "bob",
    "cas",
  ]);
  for (const limit of [1, 2, 3]) {
    const paged = [];
    for (let place: { after?: string; after_currency?: string; after_id?: string } = {}; ;) {
      const page = await on.statements.list({ period: "2026-10", ...place, limit });
      paged.push(...page);
      const last = page.at(-1);
      if (last === undefined) break;
      place = { after: last.payer_account_id, after_currency: last.currency, after_id: last.id };
    }
    expect(paged).toEqual(whole);
  }
  const numbers = whole.map(({ number }) => number ?? "").toSorted();
  expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7].map((no) => `H2026-000${no}`));
});

test("a line of a document is explained, of a credit note and of a statement in its place by the same records", async () => {
  const explanations = createExplanations({ store: on.store, usageTypes: on.usageTypes });
  const all = (await on.of("2026-10", "amy")).toSorted((a, b) => ((a.number ?? "") < (b.number ?? "") ? -1 : 1));
  const records: unknown[] = [];
  for (const { id, lines } of all) {
    const found = await explanations.line({ statement_id: id, line: 1 }, { records: 10, slices: 10 });
    expect(found?.explanation.line).toMatchObject({ statement_id: id, amount: lines[0]?.amount });
    records.push(found?.explanation.records);
    expect(await explanations.line({ statement_id: id, line: 2 }, { records: 10, slices: 10 })).toBeNull();
  }
  expect(all.length).toBe(5);
  expect(records[0]).toHaveLength(1);
  for (const other of records) expect(other).toEqual(records[0]);
});

test("a payer who changed currency has a document for each, corrections in the currency of what they correct", async () => {
  const overrides = [
    { finding: "no-profile", reason: "a test" },
    { finding: "no-tax-rate", reason: "a test" },
  ];
  const of = { payer_account_id: "dan", overrides };
  await on.putCard([vm, { ...vm, tariff_id: "vm-usd", currency: "USD", rate: "0.30" }]);
  await on.writeAccounts([{ account_id: "dan", time_zone: "UTC" }]);
  await on.use([{ account_id: "dan", day: "2026-10-03", hours: 2 }]);
  await on.closeFor("2026-10", ["dan"]);
  await on.rate("2026-10");
  expect((await on.finalize("2026-10", of)).made).toMatchObject([
    { number: "H2026-0008", total: "0.20", currency: "EUR" },
  ]);
  const changed_ms = on.clock.now();
  await on.writeAccounts([{ account_id: "dan", time_zone: "UTC", currency: "USD", version: 2, changed_ms }]);
  await on.use([
    { account_id: "dan", day: "2026-10-04", hours: 1 },
    { account_id: "dan", day: "2026-11-04", hours: 1 },
  ]);
  await on.closeFor("2026-11", ["dan"]);
  await on.rate("2026-11");
  expect((await on.finalize("2026-11", of)).made).toMatchObject([
    { number: "H2026-0009", total: "0.10", currency: "EUR" },
    { number: "H2026-0010", total: "0.30", currency: "USD" },
  ]);
  const one = (await on.of("2026-11", "dan"))[0]?.lines[0];
  expect(one).toMatchObject({ kind: "adjustment", adjusts: { period: "2026-10" } });
});

test("a series begins anew with the year of the day on which a document is issued, where it is issued", async () => {
  const [dan] = await on.of("2026-10", "dan");
  on.clock.set(instant(Date.UTC(2026, 11, 31, 23, 30)));
  const { id } = await on.voiding(dan?.id ?? "");
  expect(await on.statements.get(id)).toMatchObject({ number: "H2027-0001", issued_on: "2027-01-01" });
});

test("a pattern by which an issuer would give a number twice is refused when it does, and the next one numbers", async () => {
  const put = (series: string) => on.profiles.issuers.put({ id: "house", legal_name: "House of Cloud BV", series }, by);
  const void_id = (await on.of("2026-11", "dan"))[0]?.id ?? "";
  // without {year} it is a series of its own, and its first number was given in that of 2027
  await put("H2027-{number:4}");
  await expect(on.voiding(void_id)).rejects.toMatchObject({ key: "conflict", field: "series" });
  expect((await on.statements.get(void_id))?.state).toBe("final");
  await put("N{number}");
  const { id } = await on.voiding(void_id);
  expect(await on.statements.get(id)).toMatchObject({ number: "N1" });
});
