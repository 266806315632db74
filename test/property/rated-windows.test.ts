// The same events aggregated by day, by hour, by quarter of an hour, and heard of in two halves with a rating between: every line of every
// statement is the same, whatever the model. Bills that differ by the operator's choice of windows could not be explained to anybody.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatInstant, instant } from "../../core/instant.ts";
import type { Statement, TariffInput } from "../../rating/index.ts";
import { startOfDay } from "../oracle/calendar.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { type History, historyArbitrary } from "./history.ts";
import { ZONES } from "./history-cast.ts";
import { propertyRuns } from "./property-runs.ts";

const DAY_MS = 86_400_000;
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

/** Windows in minutes, and whether half the events come after all else was rated. */
const ways = [
  { name: "by day", range: 1440, late: false },
  { name: "by hour", range: 60, late: false },
  { name: "by quarter", range: 15, late: false },
  { name: "by hour, half of it late", range: 60, late: true },
];

/** All that adds up over time: machines, volumes, traffic, disk operations. What is a maximum belongs to its window. */
const kinds = [
  { types: [1, 2], unit: "hour" },
  { types: [6], unit: "gib_hour" },
  { types: [4], unit: "gib" },
  { types: [21], unit: "thousand" },
] as const;

const rate = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.stringMatching(/^\d{1,12}$/))
  .map(([whole, fraction]) => `${whole}.${fraction}`);
const prices = fc.record({
  rates: fc.array(rate, { minLength: 6, maxLength: 6 }),
  borders: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 2 }),
  included: fc.integer({ min: 1, max: 30 }),
  size: fc.integer({ min: 1, max: 30 }),
});

/** Every model, each as a component of its own, so that all of them price all use. */
function tariffsOf({ rates, borders, included, size }: typeof prices extends fc.Arbitrary<infer P> ? P : never) {
  const [a = "", b = "", c = "", d = "", e = "", f = ""] = rates;
  const [low = 0, high = 0] = borders.toSorted((one, other) => one - other);
  const tiers = [
    { up_to: `${low}`, rate: a },
    { up_to: `${high}`, rate: b },
    { up_to: null, rate: c },
  ];
  const models: Record<string, Partial<TariffInput> & Pick<TariffInput, "model">> = {
    each: { model: "per_unit", rate: a },
    graduated: { model: "graduated", tiers },
    volume: { model: "volume", tiers },
    package: { model: "package", rate: d, package_size: `${size}` },
    included: { model: "graduated", tiers, included: `${included}` },
    pool: { model: "graduated", tiers, included: `${included}`, pooled: true },
    "volume-pool": { model: "volume", tiers, pooled: true },
    "package-pool": { model: "package", rate: d, package_size: `${size}`, included: `${included}`, pooled: true },
    bands: { model: "per_unit", rate: a, bands: [{ name: "night", from: "22:10", to: "05:50", rate: e }] },
    matrix: { model: "per_unit", rate: b, matrix: { attribute: "zone", values: [{ value: "z1", rate: f }] } },
  };
  return kinds.flatMap(({ types, unit }) =>
    types.flatMap((usage_type) =>
      Object.entries(models).map(([component, price]): TariffInput => ({
        tariff_id: `${component}-${usage_type}`,
        name: component,
        component,
        usage_type,
        unit,
        ...price,
      })),
    ),
  );
}

/** What is billed, by payer, in both months that a history touches. */
async function billsOf(
  history: History,
  { range, late }: (typeof ways)[number],
  prepare: () => Promise<void>,
): Promise<Statement[]> {
  await pipeline.reset();
  await pipeline.settings.set("usage.stats.job.aggregation.range", String(range), "test");
  await prepare();
  const { accounts, events } = history;
  for (const { id, time_zone } of accounts) {
    const payer_account_id = accounts.length > 2 && id !== accounts[2]?.id ? accounts[0]?.id : id;
    await pipeline
      .system()
      .accounts.put({ account_id: id, name: id, time_zone, payer_account_id: payer_account_id ?? id }, { by: "test" });
  }
  const zone = accounts[0]?.time_zone ?? "UTC";
  // A midnight, so that all windows there are have ended.
  const until = startOfDay(zone, Math.floor(history.to_ms / DAY_MS) + 2);
  const months = [...new Set([history.from_ms, until].map(monthOf))];
  const { rate: run, statements } = pipeline.system();
  const half = late ? Math.floor(events.length / 2) : events.length;
  for (const part of [events.slice(0, half), events.slice(half)]) {
    if (part.length === 0) continue;
    await pipeline.send(part);
    await pipeline.aggregate(until);
    for (const period of months) await run({ period });
  }
  const bills: Statement[] = [];
  for (const period of months) bills.push(...(await statements.list({ period, limit: 100 })));
  return bills;
}

const monthOf = (ms: number): string => formatInstant(instant(ms)).slice(0, 7);

test(
  "P1, P10: by day, by hour, by quarter and heard of late, the same events come to the same lines under every model",
  { timeout: 600_000 },
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ZONES).chain((zone) => historyArbitrary({ zones: [zone], accounts: { min: 3, max: 4 } })),
        prices,
        prices,
        fc.integer({ min: 1, max: 5000 }),
        async (history, first, second, minute) => {
          const change = formatInstant(instant(history.from_ms + minute * 60_000));
          const prepare = async (): Promise<void> => {
            const card = { name: "all models", currency: "EUR" };
            const { rateCards } = pipeline.system();
            await rateCards.put("default", { ...card, tariffs: tariffsOf(first) }, "test");
            await rateCards.put("default", { ...card, valid_from: change, tariffs: tariffsOf(second) }, "test");
          };
          const found = await inTurn(ways, async (way) => usedLines(await billsOf(history, way, prepare)));
          const [expected = []] = found;
          for (const [index, lines] of found.entries()) expect(lines, ways[index]?.name).toEqual(expected);
          for (const line of expected) seen.add(/ (\S+)-\d+ /.exec(line)?.[1] ?? "");
        },
      ),
      { numRuns: propertyRuns({ byDefault: 2, share: 0.005 }), endOnFailure: true },
    );
    expect([...seen].toSorted()).toEqual(
      "bands each graduated included matrix package package-pool pool volume volume-pool".split(" "),
    );
  },
);

/** Of lines that a tariff makes, all but their number and text. */
function usedLines(bills: readonly Statement[]): string[] {
  return bills.flatMap(({ payer_account_id, period, lines }) =>
    lines
      .filter(({ kind }) => kind === "usage")
      .map(
        ({ account_id, tariff_id, tier, base_quantity, unit_price, exact_amount, amount }) =>
          `${period} ${payer_account_id} ${account_id} ${tariff_id} ${tier} ${base_quantity} × ${unit_price} = ${exact_amount} ${amount}`,
      ),
  );
}

async function inTurn<T, R>(of: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (const one of of) answers.push(await ask(one));
  return answers;
}
