import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUsageFinder } from "../../../api/cloudstack/usage/find-usage.ts";
import { byUsageId } from "../../../api/cloudstack/usage/usage-filter.ts";
import { figuresOf } from "../../../api/cloudstack/usage/figures.ts";
import { formatMs, instant } from "../../../core/instant.ts";
import { casesOf, timeOf } from "../../aggregate/golden-case.ts";
import { at } from "../../at.ts";
import { oracleRawUsage } from "../../oracle/cloudstack-formula.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";

const hours = new Set([1, 2, 6]);
const cases = casesOf("cloudstack-formula");
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

test.each(cases)("$why", async ({ range, steps: [step] }) => {
  await pipeline.reset();
  await pipeline.settings.set("usage.stats.job.aggregation.range", range, "test");
  await pipeline.send(step?.events ?? []);
  await pipeline.aggregate(at(step?.until ?? ""));
  const worked = step?.then.map((said) => ({
    resource: "r1",
    offering: "",
    ...said,
    from: formatMs(`${at(timeOf(said["from"] as string))}`),
  }));
  expect(inOrder(await readAsCloudstack(pipeline))).toEqual(inOrder(worked ?? []));
});

/** Hours of so many inclusive milliseconds, by the statement the endpoint stands on. */
async function rawHours(inclusive_ms: readonly bigint[]): Promise<number[]> {
  const result = await pipeline.store.read.query({
    query: "SELECT arrayMap(ms -> cloudstack_hours(ms), {ms:Array(Int64)}) AS hours",
    query_params: { ms: inclusive_ms.map(Number) },
    format: "JSONEachRow",
  });
  const [row] = await result.json<{ hours: number[] }>();
  return row?.hours ?? [];
}

test("raw usage is what float32 arithmetic on integers says", async () => {
  const drawn = fc.sample(fc.bigInt(0n, 86_400_000n * 366n), 5000);
  const exact = [0n, 1n, 2n ** 24n, 2n ** 24n + 1n, 2_700_001n, 86_400_000n];
  expect(await rawHours([...drawn, ...exact])).toEqual([...drawn, ...exact].map(oracleRawUsage));
});

test("raw usage is off by no more than a millisecond a close and what float32 loses", async () => {
  const drawn = fc.sample(fc.tuple(fc.bigInt(0n, 86_400_000n * 31n), fc.integer({ min: 0, max: 5 })), 2000);
  const found = await rawHours(drawn.map(([ms, closes]) => ms + BigInt(closes)));
  drawn.forEach(([ms, closes], index) => {
    const exact = Number(ms) / 3_600_000;
    // Four roundings, each by half of 2^-23 of the value at most.
    const most = closes / 3_600_000 + exact * 4 * 2 ** -24 + 1e-9;
    expect(Math.abs((found[index] ?? Number.NaN) - exact)).toBeLessThanOrEqual(most);
  });
});

test("half a millionth of an hour is shown to the even side, and zeros at the end are not", () => {
  const type = pipeline.system().usageTypes.find(1)!;
  const shown = (raw_hours: number): string =>
    figuresOf({ usage_type: 1, quantity: "0", raw_hours, size: "-1" }, type).usage;
  // 1/128 h and 3/128 h end in …5 at the seventh decimal: 0.0078125 and 0.0234375.
  expect([24, 0.0078125, 0.0234375, 0].map(shown)).toEqual(["24 Hrs", "0.007812 Hrs", "0.023438 Hrs", "0 Hrs"]);
});

const inOrder = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();

/** Published records as the endpoint tells them apart. */
async function readAsCloudstack({ store, system }: Pipeline): Promise<object[]> {
  const span = { from_ms: instant(0), to_ms: instant(Date.UTC(2100, 0, 1)) };
  const filter = { as_of: "1000000", ...span, account_ids: [], usage_types: [], ...byUsageId(undefined, undefined) };
  const { rows, count } = await createUsageFinder(store).find(filter, { page: 1, size: null });
  expect(count).toBe(rows.length);
  return rows.map(({ usage_type, resource, offering, start_ms, quantity, ...row }) => {
    const record = { usage_type: `${usage_type}`, resource, offering, from: formatMs(start_ms), quantity };
    if (!hours.has(usage_type)) return record;
    const { usage } = figuresOf({ usage_type, quantity, ...row }, system().usageTypes.find(usage_type)!);
    return { ...record, raw: row.raw_hours.toFixed(10), usage };
  });
}
