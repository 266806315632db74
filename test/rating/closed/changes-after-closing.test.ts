import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { RateRequest, Statement, TariffInput } from "../../../rating/index.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";
import { type CourseStep, nextSeq, walk } from "./closed-case.ts";

let on: RatingStore;
beforeAll(async () => {
  on = await openRatingStore();
  await on.writeShapes([{ shape: 7n, offering: "small", zone: "z" }]);
});
afterAll(() => on.close());
// each rates several months, some of them four times over
vi.setConfig({ testTimeout: 240_000 });

const time_zone = "Europe/Amsterdam";
const hourly = (rate: string, currency = "EUR"): TariffInput[] => [
  { tariff_id: "vm", name: "VM", usage_type: 1, currency, unit: "hour", model: "per_unit", rate },
];
const use = (at: string, amount: string): CourseStep => ({ use: [{ at, resource: "a", amount }] });
const OCTOBER = "2026-10-03T00:00:00+02:00";
const LATER = "2026-10-05T00:00:00+02:00";

async function billOf(period: string, payer_account_id: string): Promise<Statement | undefined> {
  const found = await on.statements.list({ period, payer_account_id, limit: 10 });
  return found[0];
}

async function rateAll(options: Partial<RateRequest> = {}): Promise<void> {
  for (const period of ["2026-10", "2026-11"]) await on.rate(period, { force: true, ...options });
}

test("a month that was closed before it was ever rated is rated by the usage and the prices that counted then", async () => {
  await on.putCard(hourly("1"), "unrated-yet");
  await on.writeAccounts([{ account_id: "late-bill", rate_card_id: "unrated-yet", time_zone }]);
  const of = [{ payer: "late-bill", closes: true }];
  await walk(on, use(OCTOBER, "8"), of);
  await walk(on, { close: "2026-10" }, of);
  await on.putCard(hourly("5"), "unrated-yet");
  await walk(on, use(LATER, "2"), of);
  await rateAll();
  expect((await billOf("2026-10", "late-bill"))?.net).toBe("8.00");
  // 2 h more, at the price of October as it was closed
  expect((await billOf("2026-11", "late-bill"))?.net).toBe("2.00");
});

test("prices, cards of accounts and the default card that are changed after closing count from then on, and for nothing before", async () => {
  await on.putCard(hourly("1"), "kept");
  await on.putCard(hourly("1"), "ended");
  await on.putCard(hourly("1"));
  await on.putCard(hourly("7"), "other");
  const payers = ["new-version", "archived", "other-card", "by-default"];
  await on.writeAccounts([
    { account_id: "new-version", rate_card_id: "kept", time_zone },
    { account_id: "archived", rate_card_id: "ended", time_zone },
    { account_id: "other-card", rate_card_id: "kept", time_zone },
    { account_id: "by-default", time_zone },
  ]);
  const of = payers.map((payer) => ({ payer, closes: true }));
  await walk(on, use(OCTOBER, "8"), of);
  await rateAll();
  await walk(on, { close: "2026-10" }, of);
  const before = await Promise.all(payers.map((payer) => billOf("2026-10", payer)));
  expect(before.map((bill) => bill?.net)).toEqual(["8.00", "8.00", "8.00", "8.00"]);

  await on.putCard(hourly("3"), "kept");
  const ended = { state: "archived", valid_to: "2026-01-01T00:00:00Z" } as const;
  await on.rateCards.setState({ rate_card_id: "ended", version: 1 }, ended, "test");
  const changed_ms = on.clock.now();
  await on.writeAccounts([{ account_id: "other-card", rate_card_id: "other", time_zone, version: 2, changed_ms }]);
  await on.command(
    `INSERT INTO setting (name, version, value, changed_at, changed_by) VALUES ('rating.default.rate.card', 1, 'other', fromUnixTimestamp64Milli(toInt64(${changed_ms}), 'UTC'), 'test')`,
  );
  await walk(on, { use: [...useOf(LATER, "2"), ...useOf("2026-11-03T00:00:00+01:00", "1")] }, of);
  await rateAll({ defaults: { currency: "EUR", time_zone, rate_card_id: "other" } });
  expect(await Promise.all(payers.map((payer) => billOf("2026-10", payer)))).toEqual(before);
  const november = await Promise.all(payers.map((payer) => billOf("2026-11", payer)));
  // November's hour at November's price (3, none, 7, 7), and two of October's at October's.
  expect(november.map((bill) => bill?.lines.map(({ kind, amount }) => `${kind} ${amount}`))).toEqual([
    ["usage 3.00", "adjustment 2.00"],
    ["unrated 0.00", "adjustment 2.00"],
    ["usage 7.00", "adjustment 2.00"],
    ["usage 7.00", "adjustment 2.00"],
  ]);
});

const useOf = (at: string, amount: string) => [{ at, resource: "a", amount }];

test("a correction goes to who paid the original, though the account is paid for by another now", async () => {
  await on.putCard(hourly("1"), "moved");
  const card = { rate_card_id: "moved", time_zone };
  await on.writeAccounts([
    { account_id: "old-payer", ...card },
    { account_id: "new-payer", ...card },
    { account_id: "old-payer-b", payer: "old-payer", ...card },
  ]);
  // The new payer closes first, and the old one only after two hours more were heard of.
  const of = [{ payer: "old-payer", closes: true }];
  const useB = (at: string, amount: string): CourseStep => ({ use: [{ at, resource: "b", amount, account: "b" }] });
  await walk(on, useB(OCTOBER, "8"), of);
  const early = await nextSeq(on);
  await walk(on, { close: "2026-10" }, [{ payer: "new-payer", closes: true }]);
  await walk(on, useB(LATER, "2"), of);
  await walk(on, { close: "2026-10" }, [{ payer: "old-payer", accounts: ["old-payer", "old-payer-b"], closes: true }]);
  await on.writeAccounts([
    { account_id: "old-payer-b", payer: "new-payer", version: 2, changed_ms: on.clock.now(), ...card },
  ]);
  // As core does for an account that comes to a payer: it is put under all his closings.
  await on.command(
    `INSERT INTO period_close SELECT * REPLACE ('old-payer-b' AS account_id, 1 AS covered) FROM (SELECT * FROM period_close WHERE run_seq = ${early})`,
  );
  await walk(on, { use: [{ at: "2026-10-06T00:00:00+02:00", resource: "b", amount: "1", account: "b" }] }, of);
  await walk(on, useB("2026-11-03T00:00:00+01:00", "4"), of);
  await rateAll();
  expect((await billOf("2026-10", "old-payer"))?.net).toBe("10.00");
  expect(await billOf("2026-10", "new-payer")).toBeUndefined();
  const corrected = await billOf("2026-11", "old-payer");
  expect(corrected?.lines.map(({ kind, account_id, amount }) => [kind, account_id, amount])).toEqual([
    ["adjustment", "old-payer-b", "1.00"],
  ]);
  const own = await billOf("2026-11", "new-payer");
  expect(own?.lines.map(({ kind, account_id, amount }) => [kind, account_id, amount])).toEqual([
    ["usage", "old-payer-b", "4.00"],
  ]);
});

test("a correction in a currency that the payer has left is not converted: it is a statement of its own", async () => {
  await on.putCard(
    [...hourly("1"), ...hourly("100", "JPY").map((of) => ({ ...of, tariff_id: "yen" }))],
    "two-currencies",
  );
  const account = { account_id: "traveller", rate_card_id: "two-currencies", time_zone };
  await on.writeAccounts([{ ...account, currency: "EUR" }]);
  const of = [{ payer: "traveller", closes: true }];
  await walk(on, use(OCTOBER, "8"), of);
  await walk(on, { close: "2026-10" }, of);
  await on.writeAccounts([{ ...account, currency: "JPY", version: 2, changed_ms: on.clock.now() }]);
  await walk(on, { use: [...useOf(LATER, "2"), ...useOf("2026-11-03T00:00:00+01:00", "3")] }, of);
  await rateAll();
  const october = await on.statements.list({ period: "2026-10", payer_account_id: "traveller", limit: 10 });
  expect(october.map(({ currency, net }) => [currency, net])).toEqual([["EUR", "8.00"]]);
  const november = await on.statements.list({ period: "2026-11", payer_account_id: "traveller", limit: 10 });
  expect(
    november.map(({ currency, net, lines }) => [currency, net, lines.map(({ line, kind }) => `${line} ${kind}`)]),
  ).toEqual([
    ["EUR", "2.00", ["1 adjustment"]],
    ["JPY", "300", ["1 usage"]],
  ]);
  const [apart, main] = november;
  expect(apart?.id).not.toBe(main?.id);
  for (const one of november) expect(await on.statements.get(one.id)).toEqual(one);
  // page by page, one statement each
  const first = await on.statements.list({ period: "2026-11", payer_account_id: "traveller", limit: 1 });
  const place = { after: "traveller", after_currency: first[0]?.currency ?? "" };
  const second = await on.statements.list({ period: "2026-11", payer_account_id: "traveller", limit: 1, ...place });
  expect([...first, ...second]).toEqual(november);
});

test("an account that is first heard of after its payer closed a month is a correction with lines that are new", async () => {
  await on.putCard(hourly("1"), "unheard");
  await on.writeAccounts([{ account_id: "house", rate_card_id: "unheard", time_zone }]);
  const of = [{ payer: "house", closes: true }];
  await walk(on, use(OCTOBER, "8"), of);
  const run_seq = await nextSeq(on);
  await walk(on, { close: "2026-10" }, of);
  const changed_ms = on.clock.now();
  await on.writeAccounts([{ account_id: "house-new", payer: "house", rate_card_id: "unheard", time_zone, changed_ms }]);
  await on.command(
    `INSERT INTO period_close SELECT * REPLACE ('house-new' AS account_id, 1 AS covered) FROM (SELECT * FROM period_close WHERE run_seq = ${run_seq})`,
  );
  await walk(on, { use: [{ at: LATER, resource: "n", amount: "3", account: "new" }] }, of);
  await rateAll();
  expect((await billOf("2026-10", "house"))?.net).toBe("8.00");
  const corrected = await billOf("2026-11", "house");
  expect(corrected?.lines.map(({ account_id, amount, adjusts }) => [account_id, amount, adjusts?.line])).toEqual([
    ["house-new", "3.00", null],
  ]);
});

test("a run that ends before it publishes leaves every statement as it was, and the next one gives the same lines", async () => {
  const all = async (): Promise<string> =>
    JSON.stringify([
      await on.statements.list({ period: "2026-10", limit: 1000 }),
      await on.statements.list({ period: "2026-11", limit: 1000 }),
    ]);
  await rateAll();
  const before = await all();
  const stop = (): Promise<void> => Promise.reject(new Error("the power went"));
  await expect(on.rate("2026-11", { force: true, look: stop })).rejects.toThrow("the power went");
  expect(await all()).toBe(before);
  await rateAll();
  expect(await all()).toBe(before);
  const kept = await on.rows<{ period: string }>("SELECT DISTINCT period FROM statement_line WHERE period LIKE '%@%'");
  // of the two last runs of November, and of no other
  const runs = await on.rows<{ runs: string }>(
    "SELECT uniqExact(run_seq) AS runs FROM statement_line WHERE period LIKE '%@%'",
  );
  expect(kept.map(({ period }) => period).toSorted()).toEqual(["2026-10@2026-10", "2026-10@2026-11"]);
  expect(runs[0]?.runs).toBe("2");
});

test("a month that the payer has not closed is rated by all that is known, in the same run", async () => {
  await on.putCard(hourly("1"), "side-by-side");
  await on.writeAccounts(
    ["shut", "open"].map((account_id) => ({ account_id, rate_card_id: "side-by-side", time_zone })),
  );
  const both = [
    { payer: "shut", closes: true },
    { payer: "open", closes: false },
  ];
  await walk(on, use(OCTOBER, "8"), both);
  await walk(on, { close: "2026-10" }, both);
  await walk(on, use(LATER, "2"), both);
  await rateAll();
  expect([(await billOf("2026-10", "shut"))?.net, (await billOf("2026-10", "open"))?.net]).toEqual(["8.00", "10.00"]);
  expect([(await billOf("2026-11", "shut"))?.net, (await billOf("2026-11", "open"))?.net]).toEqual(["2.00", undefined]);
});
