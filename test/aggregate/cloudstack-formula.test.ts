import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  closesCloudstackRow,
  cloudstackRawUsage,
  cloudstackUsageText,
  type FormulaSlice,
} from "../../aggregate/reports/cloudstack-formula.ts";
import { formatInstant, instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { oracleRawUsage } from "../oracle/cloudstack-formula.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { casesOf, timeOf } from "./golden-case.ts";

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
    from: full(said["from"] as string),
  }));
  expect(inOrder(await readAsCloudstack(pipeline))).toEqual(inOrder(worked ?? []));
});

const spans = fc.array(fc.record({ ms: fc.nat(86_400_000 * 31), closed: fc.boolean() }), { maxLength: 5 });

test("raw usage is what float32 arithmetic on integers says", () => {
  fc.assert(
    fc.property(spans, (drawn) => {
      const slices = drawn.map(({ ms, closed }) => ({ from_ms: instant(0), to_ms: instant(ms), closed }));
      const inclusive = drawn.reduce((sum, { ms, closed }) => sum + BigInt(ms) + (closed ? 1n : 0n), 0n);
      expect(cloudstackRawUsage(slices)).toBe(oracleRawUsage(inclusive));
    }),
    { numRuns: 2000 },
  );
});

test("raw usage is off by no more than a millisecond a close and what float32 loses", () => {
  fc.assert(
    fc.property(spans, (drawn) => {
      const slices = drawn.map(({ ms, closed }) => ({ from_ms: instant(0), to_ms: instant(ms), closed }));
      const exact = drawn.reduce((sum, { ms }) => sum + ms, 0) / 3_600_000;
      const closes = drawn.filter(({ closed }) => closed).length;
      const off = Math.abs(cloudstackRawUsage(slices) - exact);
      // Four roundings, each by half of 2^-23 of the value at most.
      expect(off).toBeLessThanOrEqual(closes / 3_600_000 + exact * 4 * 2 ** -24 + 1e-9);
    }),
    { numRuns: 2000 },
  );
});

test("half a millionth of an hour is shown to the even side, and zeros at the end are not", () => {
  // 1/128 h and 3/128 h end in …5 at the seventh decimal: 0.0078125 and 0.0234375.
  expect([24, 0.0078125, 0.0234375, 0].map(cloudstackUsageText)).toEqual([
    "24 Hrs",
    "0.007812 Hrs",
    "0.023438 Hrs",
    "0 Hrs",
  ]);
});

const full = (text: string): string => formatInstant(at(timeOf(text)));
const inOrder = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();

interface SliceRow {
  readonly usage_type: number;
  readonly resource: string;
  readonly offering: string;
  readonly start_ms: string;
  readonly from_ms: string;
  readonly to_ms: string;
  readonly quantity: string;
  readonly closer: string;
}

/** Published records as CloudStack would have them: its key has no tags. */
async function readAsCloudstack({ store }: Pipeline): Promise<object[]> {
  const result = await store.read.query({
    format: "JSONEachRow",
    query: `SELECT part.*, s.offering, closing.type AS closer
      FROM (
        SELECT usage_type, resource, shape, toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(first_at) AS from_ms, toUnixTimestamp64Milli(last_at) AS to_ms, quantity, closed_by
        FROM usage_record WHERE slices = 1 OR usage_type = 4
        UNION ALL
        SELECT usage_type, resource, shape, toUnixTimestamp64Milli(window_start), toUnixTimestamp64Milli(from_at), toUnixTimestamp64Milli(to_at), quantity, closed_by
        FROM slice WHERE usage_type != 4
      ) AS part
      LEFT ANY JOIN shape AS s ON s.shape = part.shape
      LEFT ANY JOIN (SELECT reinterpretAsUInt64(id_hash) AS ref, type FROM event) AS closing ON closing.ref = part.closed_by`,
  });
  const rows = await result.json<SliceRow>();
  const groups = new Map<string, SliceRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.usage_type, row.resource, row.offering, row.start_ms]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((slices) => {
    const [first] = slices;
    if (first === undefined) return [];
    const { usage_type, resource, offering, start_ms } = first;
    const quantity = slices.reduce((sum, slice) => sum + BigInt(slice.quantity), 0n).toString();
    const record = {
      usage_type: `${usage_type}`,
      resource,
      offering,
      from: formatInstant(instant(Number(start_ms))),
      quantity,
    };
    if (!hours.has(usage_type)) return [record];
    const raw = cloudstackRawUsage(slices.map(formulaSlice));
    return [{ ...record, raw: raw.toFixed(10), usage: cloudstackUsageText(raw) }];
  });
}

function formulaSlice({ from_ms, to_ms, closer }: SliceRow): FormulaSlice {
  const closed = closer !== "" && closesCloudstackRow(closer);
  return { from_ms: instant(Number(from_ms)), to_ms: instant(Number(to_ms)), closed };
}
