// Several statements of a payer: which of them a correction names, which becomes final, and an issuer put while a run goes on.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createExplanations, finalizePeriod, reissueStatement } from "../../../rating/index.ts";
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
const asked = { asked_by: "test", reason: "" };
const inSpite = ["no-profile", "no-tax-rate"].map((finding) => ({ finding, reason: "a test" }));

/** Dan is billed in euros for October; in November he has come to dollars, and something of October comes late; then October is void. */
beforeAll(async () => {
  on = await openFinalizingStore();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
  await on.putCard([vm, { ...vm, tariff_id: "vm-usd", currency: "USD", rate: "0.30" }]);
  await on.profiles.issuers.put({ id: "house", legal_name: "House", series: "H{number}" }, by);
  await on.writeAccounts([{ account_id: "dan", time_zone: "UTC" }]);
  await on.use([{ account_id: "dan", day: "2026-10-03", hours: 2 }]);
  await on.closeFor("2026-10", ["dan"]);
  await on.rate("2026-10");
  await on.finalize("2026-10", { overrides: inSpite });
  const changed_ms = on.clock.now();
  await on.writeAccounts([{ account_id: "dan", time_zone: "UTC", currency: "USD", version: 2, changed_ms }]);
  await on.use([
    { account_id: "dan", day: "2026-10-04", hours: 1 },
    { account_id: "dan", day: "2026-11-04", hours: 1 },
  ]);
  await on.closeFor("2026-11", ["dan"]);
  await on.rate("2026-11");
  await on.finalize("2026-11", { overrides: inSpite });
  await on.voiding((await on.of("2026-10", "dan"))[0]?.id ?? "");
}, 120_000);
afterAll(() => on.close());

test("a correction names the statement that stands; what was issued goes on naming the one that stood then", async () => {
  const [first] = (await on.of("2026-10", "dan")).filter(({ state }) => state === "void");
  const [late] = (await on.of("2026-11", "dan")).filter(
    ({ currency, kind }) => currency === "EUR" && kind === "statement",
  );
  const named = async (id: string) => (await on.statements.get(id))?.lines.map(({ adjusts }) => adjusts?.statement_id);
  expect(await named(late?.id ?? "")).toEqual([first?.id]);
  const again = await reissueStatement(on.deps, { ...asked, id: first?.id ?? "", overrides: inSpite });
  await on.use([
    { account_id: "dan", day: "2026-10-06", hours: 3 },
    { account_id: "dan", day: "2026-12-01", hours: 1 },
  ]);
  await on.closeFor("2026-12", ["dan"]);
  await on.rate("2026-12");
  const [december] = (await on.of("2026-12", "dan")).filter(({ currency }) => currency === "EUR");
  expect(await named(december?.id ?? "")).toEqual([again.id]);
  expect(await named(late?.id ?? "")).toEqual([first?.id]);
  const explanations = createExplanations({ store: on.store, usageTypes: on.usageTypes });
  for (const [id, corrected] of [
    [december?.id, again.id],
    [late?.id, first?.id],
  ]) {
    const found = await explanations.line({ statement_id: id ?? "", line: 1 }, { records: 1, slices: 1 });
    expect(found?.explanation.line.adjusts?.statement_id).toBe(corrected);
  }
});

test("a month of which one statement is final and the other held up begins no run that makes nothing", async () => {
  const of = await on.of("2026-12", "dan");
  expect(of.map(({ state }) => state)).toEqual(["draft", "draft"]);
  const made = await on.finalize("2026-12", { statement_id: of[0]?.id ?? "", overrides: inSpite });
  expect(made.documents).toBe(1);
  const runs = () => on.rows("SELECT DISTINCT run_seq FROM run WHERE kind = 'finalize' ORDER BY run_seq");
  const before = await runs();
  const again = await on.finalize("2026-12");
  expect([again.run, again.refused.map(({ payer_account_id }) => payer_account_id)]).toEqual([null, ["dan"]]);
  expect(await runs()).toEqual(before);
});

test("an issuer that is put while a run goes on, and whom its documents name, fails the run: nothing is numbered in no series", async () => {
  const { issuers } = on.profiles;
  let reads = 0;
  // the run reads all issuers, and only then the profile that names the new one
  const list: typeof issuers.list = async (ids) => {
    const found = await issuers.list(ids);
    reads += 1;
    if (reads === 2) {
      await issuers.put({ id: "late", legal_name: "Late BV" }, by);
      await on.profiles.billing.put({ account_id: "dan", legal_name: "Dan", issuer_id: "late" }, by);
    }
    return found;
  };
  const deps = { ...on.deps, profiles: { ...on.profiles, issuers: { ...issuers, list } } };
  const request = { ...asked, period: "2026-12", payer_account_id: "dan", overrides: inSpite };
  await expect(finalizePeriod(deps, request)).rejects.toMatchObject({ key: "conflict", field: "issuer_id" });
  expect((await finalizePeriod(on.deps, request)).made.map(({ number }) => number)).toEqual(["2026-000001"]);
});
