import { afterAll, beforeAll, expect, test } from "vitest";
import type { Run } from "../../../core/runs.ts";
import { createBillingHistory, createRatingDifferences } from "../../../rating/index.ts";
import type { BillingHistory, ChargeInput, RatedRecordChange, TariffInput } from "../../../rating/index.ts";
import { readCases } from "../../read-cases.ts";
import { openRatingStore, type RatingStore, type UsageRow } from "../rating-store.ts";

type CaseTariff = Partial<TariffInput> & {
  readonly tariff_id: string;
  readonly tiers?: readonly { up_to: string; rate: string }[];
};
interface Use {
  readonly day: string;
  readonly hours: string;
  readonly offering?: string;
}
interface Case {
  readonly why: string;
  readonly given: {
    readonly tariffs: readonly CaseTariff[];
    readonly charges?: readonly ChargeInput[];
    readonly usage: readonly Use[];
  };
  readonly when: {
    readonly valid_from?: string;
    readonly tariffs?: readonly CaseTariff[];
    readonly charges?: readonly ChargeInput[];
    readonly usage?: readonly Use[];
  };
  readonly then: {
    readonly account?: Record<string, string>;
    readonly rows: readonly (readonly string[])[];
    readonly changed?: readonly (readonly [day: string, fields: string])[];
  };
}

const cases = readCases<Case>("rating/rerating");
const offerings = ["", "small", "large"];
const period = "2026-10";
const HOUR_MS = 3_600_000;
const midnight = (day: string): number => Date.UTC(2026, 9, Number(day));
const accountOf = (index: number): string => `case-${index}`;
const LATE_RUN = 1000;
const runs = new Map<string, Run>();
let on: RatingStore;
let differences: ReturnType<typeof createRatingDifferences>;
let readHistory: (id: string) => Promise<BillingHistory | null>;

function toTariff({ tiers, ...tariff }: CaseTariff): TariffInput {
  const curve =
    tiers === undefined
      ? {}
      : { tiers: tiers.map(({ up_to, rate }) => ({ rate, up_to: up_to === "null" ? null : up_to })) };
  return { name: "vm", usage_type: 1, unit: "hour", model: "per_unit", ...tariff, ...curve };
}

function rowOf(account_id: string, { day, hours, offering = "" }: Use): UsageRow {
  const start_ms = midnight(day);
  const quantity = BigInt(Number(hours) * HOUR_MS);
  const shape = BigInt(offerings.indexOf(offering) + 1);
  const slices = [[start_ms, start_ms + Number(hours) * HOUR_MS, quantity]] as const;
  const window = { start_ms, end_ms: start_ms + 24 * HOUR_MS };
  return { account_id, usage_type: 1, resource: `vm-${offering}`, shape, ...window, quantity, slices };
}

async function putRight(account_id: string, { given, when }: Case): Promise<void> {
  const { valid_from, tariffs, charges = [], usage = [] } = when;
  if (tariffs !== undefined) {
    const from = valid_from === undefined ? {} : { valid_from };
    const card = { name: "c", currency: "EUR", ...from, tariffs: tariffs.map(toTariff), charges: [...charges] };
    await on.rateCards.put(account_id, card, "test");
  }
  const rows = usage.flatMap((use) => {
    const former = given.usage.find(({ day }) => day === use.day);
    const taken = former === undefined ? [] : [{ ...rowOf(account_id, former), sign: -1 as const }];
    return use.hours === "0" ? taken : [...taken, rowOf(account_id, use)];
  });
  await on.writeUsage(rows.map((row) => ({ ...row, run_seq: LATE_RUN })));
}

beforeAll(async () => {
  on = await openRatingStore();
  differences = createRatingDifferences(on);
  readHistory = createBillingHistory(on);
  await on.writeShapes(offerings.map((offering, index) => ({ shape: BigInt(index + 1), offering, zone: "z1" })));
  for (const [index, { given }] of cases.entries()) {
    const account_id = accountOf(index);
    await on.writeAccounts([{ account_id, time_zone: "UTC", rate_card_id: account_id }]);
    await on.putCard(given.tariffs.map(toTariff), account_id, "EUR", given.charges ?? []);
    await on.writeUsage(given.usage.map((use) => rowOf(account_id, use)));
  }
  await on.publishUsage(1);
  runs.set("first", (await on.rate(period)).run);
  for (const [index, one] of cases.entries()) await putRight(accountOf(index), one);
  await on.publishUsage(LATE_RUN);
  runs.set("dry run", (await on.rate(period, { dry_run: true })).run);
  runs.set("re-rating", (await on.rate(period, { reason: "prices of October", asked_by: "Ada (key_1)" })).run);
  // What is kept must outlive the rows it was made of: two more runs, and the first one's are gone.
  for (let round = 0; round < 2; round += 1) await on.rate(period, { force: true });
}, 180_000);
afterAll(() => on.close());

const runOf = (name: string): Run => {
  const run = runs.get(name);
  if (run === undefined) throw new Error(name);
  return run;
};
const readAll = (name: string, account_id: string) =>
  differences.records(runOf(name), { account_ids: [account_id], after: null, limit: 100 });

/** [day, what, hour its part begins, tier, hours, amount, reversal it replaces] of each row of a usage record's history. */
function rowsOf({ reratings }: BillingHistory): string[][] {
  const row = (what: string, { window, ...record }: BillingHistory["now"][number], replaces: string | null) => [
    String(new Date(window.start).getUTCDate()),
    what,
    String((Date.parse(record.part_start) - Date.parse(window.start)) / HOUR_MS),
    String(record.tier ?? 0),
    String(Number(record.quantity) / HOUR_MS),
    record.amount.replace(/0{7}$/, ""),
    replaces === null ? "none" : placeOf(replaces, Date.parse(window.start)),
  ];
  return reratings.flatMap(({ reversals, records }) => [
    ...reversals.map(({ record }) => row("reversal", record, null)),
    ...records.map(({ record, replaces }) => row("new", record, replaces)),
  ]);
}

/** rv_<run>_<usage record>_<start of the part>_<tier>_<component> as hour/tier/component. */
function placeOf(reversal_id: string, start_ms: number): string {
  const [, , , start, tier, ...component] = reversal_id.split("_");
  return [(Number(start) - start_ms) / HOUR_MS, tier, component.join("_")].join("/");
}

const numbered = cases.map((one, index) => ({ ...one, index }));

test("the first rating, a dry run and a re-rating are told apart", async () => {
  const rows = await on.rows<{ n: string }>("SELECT uniqExact(run_seq) AS n FROM billing_record");
  expect(rows, "rows of the first run and of the dry one are gone").toEqual([{ n: "2" }]);
  expect(runOf("dry run").state).toBe("discarded");
  expect(runOf("re-rating")).toMatchObject({
    state: "published",
    reason: "prices of October",
    asked_by: "Ada (key_1)",
    counts: { compared_with: runOf("first").id },
  });
});

test.each(numbered)("$why", async ({ then, index }) => {
  const found = await readAll("re-rating", accountOf(index));
  const ids = new Set(found.flatMap(({ change }) => [...change.before, ...change.after]).map(({ id }) => id));
  const histories = new Map<string, BillingHistory>();
  for (const id of ids) {
    const history = await readHistory(id);
    if (history === null) throw new Error(id);
    histories.set(history.usage_record_id, history);
    expect(history.reratings).toMatchObject([
      { asked_by: "Ada (key_1)", reason: "prices of October", reversed_run_id: runOf("first").id },
    ]);
  }
  const rows = [...histories.values()].flatMap(rowsOf);
  expect(rows).toEqual(then.rows.map((row) => [...row]));
  for (const [day, fields] of then.changed ?? []) {
    const change = found.find((one) => one.change.window.start.startsWith(`2026-10-${day.padStart(2, "0")}`))?.change;
    expect(change?.changed.join(" ")).toBe(fields);
  }
});

test.each(numbered)("the account: $why", async ({ then, index }) => {
  const page = { account_ids: [accountOf(index)], after: null, limit: 10 };
  const accounts = await differences.accounts(runOf("re-rating"), page);
  expect(accounts).toEqual(then.account === undefined ? [] : [expect.objectContaining(then.account)]);
  expect(await differences.accounts(runOf("dry run"), page), "a dry run says the same").toEqual(accounts);
  const dry = await readAll("dry run", accountOf(index));
  expect(dry).toEqual(await readAll("re-rating", accountOf(index)));
  // What is reversed and set anew is what the account's records came to otherwise.
  const moved = dry.flatMap(({ change }) => change.difference).reduce((sum, { amount }) => sum + nano(amount), 0n);
  expect(moved).toBe(nano(accounts[0]?.exact_difference ?? "0.000000000"));
});

const nano = (decimal: string): bigint => BigInt(decimal.replace(".", ""));

test("totals are of all accounts, and records page by page are all records", async () => {
  const [total, ...others] = await differences.totals(runOf("re-rating"));
  expect(others).toEqual([]);
  const cents = (field: string): bigint =>
    cases.reduce((all, { then }) => all + nano(then.account?.[field] ?? "0.00"), 0n);
  const { currency, before = "", after: then = "", difference = "" } = total ?? {};
  // The account whose bill stays as it is counts in both: 0.50.
  expect([currency, nano(before), nano(then)]).toEqual(["EUR", cents("before") + 50n, cents("after") + 50n]);
  expect(nano(difference)).toBe(cents("difference"));
  const all = await differences.records(runOf("re-rating"), { account_ids: [], after: null, limit: 100 });
  const paged: RatedRecordChange[] = [];
  let after: (typeof all)[number]["place"] | null = null;
  for (;;) {
    const page: typeof all = await differences.records(runOf("re-rating"), { account_ids: [], after, limit: 2 });
    paged.push(...page.map(({ change }) => change));
    after = page.at(-1)?.place ?? null;
    if (page.length < 2) break;
  }
  expect(paged).toEqual(all.map(({ change }) => change));
  expect(paged.length).toBeGreaterThan(10);
});
