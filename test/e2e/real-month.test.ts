import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TraceRow } from "../../core/replay.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { eventsOf, readMachines, totalOf, traceCard, traceMonth } from "./trace.ts";

// A month of machines through the whole way: in, windows, records, prices, statements. The sums to reach come from the
// input alone: Σ durations, and how much of them lies on either side of an instant.

let pipeline: Pipeline;
let machines: { rows: TraceRow[]; real: boolean };

beforeAll(async () => {
  pipeline = await openPipeline();
  machines = await readMachines(pipeline.store);
  if (!machines.real)
    process.stdout.write("the real month is not beside this checkout: a seeded stand-in of its shape runs instead\n");
  await send(eventsOf(machines.rows));
}, 180_000);
afterAll(() => pipeline.close());

async function send(events: readonly unknown[]): Promise<void> {
  for (let first = 0; first < events.length; first += 5_000) {
    const outcome = await pipeline.send(events.slice(first, first + 5_000));
    expect(outcome.rejected).toEqual([]);
  }
}

async function meter({
  zone,
  range,
  account_zone,
}: {
  zone: string;
  range: number;
  account_zone?: string;
}): Promise<void> {
  await pipeline.settings.set("usage.aggregation.timezone", zone, "test");
  await pipeline.settings.set("usage.stats.job.aggregation.range", String(range), "test");
  if (account_zone !== undefined) {
    for (const account of new Set(machines.rows.map(({ id }) => `group-${String(id % 40).padStart(2, "0")}`))) {
      await pipeline.putAccount(account, account_zone);
    }
  }
  await pipeline.aggregate(Date.UTC(2022, 10, 2));
}

async function totals(): Promise<Record<string, { ms: bigint; windows: number; longest: number; records: number }>> {
  const result = await pipeline.store.read.query({
    format: "JSONEachRow",
    query: `SELECT usage_type, sum(quantity) AS ms, uniqExact(window_start) AS windows, max(dateDiff('hour', window_start, window_end)) AS longest, sum(sign) AS records
      FROM usage_record WHERE run_seq IN (SELECT run_seq FROM run WHERE state = 'published') GROUP BY usage_type`,
  });
  const rows = await result.json<{
    usage_type: number;
    ms: string;
    windows: string;
    longest: string;
    records: string;
  }>();
  return Object.fromEntries(
    rows.map((row) => [
      row.usage_type,
      { ms: BigInt(row.ms), windows: Number(row.windows), longest: Number(row.longest), records: Number(row.records) },
    ]),
  );
}

/** The statements of a period as text, every digit of them. */
async function statements(period: string): Promise<string> {
  const system = pipeline.system();
  await system.rateCards.put("default", structuredClone(traceCard) as never, "test");
  await system.rate({ period });
  return JSON.stringify(await system.statements.list({ period, limit: 1000 }), null, 1);
}

describe.each(["Europe/Amsterdam", "UTC", "Asia/Kolkata"])("in %s", (zone) => {
  test.each([1440, 60, 15])(
    "P5: windows of %i minutes add up to all durations, to the millisecond",
    async (range) => {
      await pipeline.forgetUsage();
      await meter({ zone, range });
      const { 1: running, 2: allocated } = await totals();
      const total = totalOf(machines.rows);
      expect(running?.ms).toBe(total);
      expect(allocated?.ms).toBe(total);
      if (machines.real) expect(total).toBe(310_586_735_000n);
      if (zone === "Europe/Amsterdam" && range === 1440) {
        expect(running?.windows).toBe(30);
        expect(running?.longest).toBe(25);
      }
      if (zone === "UTC" && range === 1440) expect(running?.windows).toBe(31);
    },
    180_000,
  );
});

describe("statements of accounts in Europe/Amsterdam", () => {
  let daily = "";

  test.each([1440, 60, 15])(
    "are the same bytes with windows of %i minutes",
    async (range) => {
      await pipeline.forgetUsage();
      await meter({ zone: "UTC", range, account_zone: "Europe/Amsterdam" });
      const text = await statements("2022-10");
      if (range === 1440) daily = text;
      expect((JSON.parse(text) as unknown[]).length).toBe(40);
      expect(text === daily).toBe(true);
    },
    180_000,
  );

  test("are the same bytes when everything is sent again and a second run follows", async () => {
    await send(eventsOf(machines.rows));
    await pipeline.restart();
    await send(eventsOf(machines.rows).slice(0, 20_000));
    await pipeline.aggregate(Date.UTC(2022, 10, 2));
    expect((await statements("2022-10")) === daily).toBe(true);
    expect((await totals())["1"]?.ms).toBe(totalOf(machines.rows));
  }, 180_000);

  test("are the same bytes when events arrive shuffled, half of them after windows were published", async () => {
    await pipeline.reset();
    const shuffled = eventsOf(machines.rows).toSorted((a, b) => scatter(a.id) - scatter(b.id));
    const half = Math.floor(shuffled.length / 2);
    await send(shuffled.slice(0, half));
    await meter({ zone: "UTC", range: 1440, account_zone: "Europe/Amsterdam" });
    await send(shuffled.slice(half));
    await pipeline.aggregate(Date.UTC(2022, 10, 2));
    expect((await totals())["1"]?.ms).toBe(totalOf(machines.rows));
    expect((await statements("2022-10")) === daily).toBe(true);
    const records = await readTruth(pipeline);
    expect(records.every(({ window_start_ms }) => Number(window_start_ms) >= traceMonth.from_ms)).toBe(true);
  }, 180_000);
});

test("in UTC the hours before October are billed in September", async () => {
  await pipeline.forgetUsage();
  await meter({ zone: "UTC", range: 1440 });
  const edge = Date.UTC(2022, 9, 1);
  const before = machines.rows.reduce((sum, { submission_time, duration }) => {
    const from = Number(submission_time);
    return sum + BigInt(Math.max(0, Math.min(edge, from + Number(duration)) - from));
  }, 0n);
  const after = totalOf(machines.rows) - before;
  if (machines.real) expect([before, after]).toEqual([310_770_000n, 310_275_965_000n]);
  const september = await statements("2022-09");
  const october = await statements("2022-10");
  expect(await ratedMs("2022-09")).toBe(before);
  expect(await ratedMs("2022-10")).toBe(after);
  expect((JSON.parse(september) as unknown[]).length).toBeGreaterThan(0);
  expect((JSON.parse(october) as unknown[]).length).toBe(40);
}, 180_000);

async function ratedMs(period: string): Promise<bigint> {
  const result = await pipeline.store.read.query({
    format: "JSONEachRow",
    query: `SELECT sum(quantity) AS ms FROM billing_record WHERE usage_type = 1 AND period = {period:String}
      AND run_seq = (SELECT max(run_seq) FROM run WHERE state = 'published' AND kind = 'rate' AND period = {period:String})`,
    query_params: { period },
  });
  const [row] = await result.json<{ ms: string }>();
  return BigInt(row?.ms ?? "0");
}

/** A number that scatters ids, the same each time. */
function scatter(id: string): number {
  let state = 0;
  for (let index = 0; index < id.length; index += 1) state = (state * 31 + id.charCodeAt(index)) % 1_000_003;
  return (state * 48_271) % 2_147_483_647;
}
