import { afterAll, beforeAll, expect, test } from "vitest";
import { listUsageRecords, readCompleteness } from "../../aggregate/index.ts";
import { instant } from "../../core/instant.ts";
import type { EventJson } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";

const hour = 3_600_000;
const midnight = Date.UTC(2026, 9, 2);
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline(midnight);
});
afterAll(() => pipeline.close());

let count = 0;
function event(type: string, at_ms: number, data: object = {}): EventJson {
  count += 1;
  const time = new Date(at_ms).toISOString();
  return {
    specversion: "1.0",
    id: `e${count}`,
    source: "s",
    type,
    time,
    data: { account_id: "acme", resource: "r1", ...data },
  };
}

interface Line {
  readonly usage_type: number;
  readonly start: string;
  readonly quantity: string;
}

async function linesNow(live: boolean): Promise<Line[]> {
  const system = pipeline.system();
  const live_seq = live ? (await system.live.read()).run.seq : 0n;
  const { as_of } = await readCompleteness(system);
  const filter = {
    from: instant(midnight - 24 * hour),
    to: instant(midnight + 24 * hour),
    account_ids: ["acme"],
    usage_types: [],
    resources: [],
  };
  const page = { filter, as_of, live_seq, after: null, limit: 100 };
  const { records } = await listUsageRecords(system, page);
  return records.map(({ usage_type, window, quantity }) => ({ usage_type, start: window.start, quantity }));
}

/*
 * Worked: r1 runs since 1 October 06:00. Until midnight that is 18 h = 64,800,000 ms, published. At 2 October 05:30 the open
 * window holds 5.5 h = 19,800,000 ms. A counter read at 04:00 and at 05:00 gives 700 bytes.
 */
test("live usage is what is published and the open window up to now, and publishes nothing", async () => {
  await pipeline.send([event("VM.CREATE", midnight - 18 * hour), event("VM.START", midnight - 18 * hour)]);
  await pipeline.aggregate(midnight);
  const published = await readTruth(pipeline);
  pipeline.clock.set(instant(midnight + 5.5 * hour));
  const sample = (bytes: string, at_ms: number): EventJson =>
    event("tally.counter", at_ms, { part: "network/n1", readings: { network_bytes_sent: bytes } });
  await pipeline.send([sample("300", midnight + 4 * hour), sample("1000", midnight + 5 * hour)]);

  const yesterday = { start: "2026-10-01T00:00:00.000Z", quantity: "64800000" };
  const today = { start: "2026-10-02T00:00:00.000Z", quantity: "19800000" };
  const closed = [
    { usage_type: 1, ...yesterday },
    { usage_type: 2, ...yesterday },
  ];
  expect(await linesNow(true)).toEqual([
    ...closed,
    { usage_type: 1, ...today },
    { usage_type: 2, ...today },
    { usage_type: 4, start: today.start, quantity: "700" },
  ]);
  expect(await linesNow(false), "what is published").toEqual(closed);
  expect(await readTruth(pipeline)).toEqual(published);
});

// Worked: it turns out that r1 stopped at 2 October 01:00, so the open window holds one hour of running.
test("a fact that came late counts in live usage at once, and the next run publishes what live usage said", async () => {
  await pipeline.send([event("VM.STOP", midnight + hour)]);
  pipeline.clock.set(instant(midnight + 6 * hour));
  const running = (lines: readonly Line[]): string[] =>
    lines.filter(({ usage_type }) => usage_type === 1).map(({ quantity }) => quantity);
  expect(running(await linesNow(true))).toEqual(["64800000", "3600000"]);

  pipeline.clock.set(instant(midnight + 24 * hour));
  const live = await linesNow(true);
  await pipeline.aggregate(midnight + 24 * hour);
  expect(await linesNow(false)).toEqual(live);
});

test("live figures that a later run has cleared away are refused, not mixed with others", async () => {
  const { live, aggregate } = pipeline.system();
  pipeline.clock.set(instant(midnight + 30 * hour));
  const { run } = await live.read();
  await live.requireKept(run.id);
  await aggregate({ until: instant(midnight + 30 * hour) });
  await expect(live.requireKept(run.id)).rejects.toMatchObject({ key: "conflict" });
});

/*
 * Worked: r2 ran on 10 March from 06:00 to 18:00, 12 h = 43,200,000 ms, and March is closed. Then it turns out that it stopped at
 * 10:00: 4 h, so 8 h = 28,800,000 ms too much. March stays as it was; the correction is booked where April begins.
 */
test("a fact that came late for a closed period is an adjustment in live usage, as it will be once it is published", async () => {
  const noon = Date.UTC(2027, 2, 10, 12);
  pipeline.clock.set(instant(Date.UTC(2027, 3, 5)));
  const of = { account_id: "globex", resource: "r2" };
  await pipeline.send([event("VM.START", noon - 6 * hour, of), event("VM.STOP", noon + 6 * hour, of)]);
  const system = pipeline.system();
  await system.aggregate({ until: instant(Date.UTC(2027, 3, 5)) });
  const overrides = ["unrated", "silent-sources", "sanity", "grace", "conflicts"].map((finding) => ({
    finding,
    reason: "test",
  }));
  const { closed } = await system.closePeriod({ period: "2027-03", payer_account_id: "globex", overrides, by: "test" });
  expect(closed).toHaveLength(1);
  await pipeline.send([event("VM.STOP", noon - 2 * hour, of)]);

  const billed = async (live_seq: bigint): Promise<unknown[]> => {
    const { as_of } = await readCompleteness(system);
    const filter = {
      from: instant(Date.UTC(2027, 2, 1)),
      to: instant(Date.UTC(2027, 4, 1)),
      account_ids: ["globex"],
      usage_types: [],
      resources: [],
    };
    const page = { filter, as_of, live_seq, basis: "billing", after: null, limit: 10 } as const;
    const { records } = await listUsageRecords(system, page);
    return records.map(({ quantity, adjusts, booked_at }) => ({ quantity, adjusts: adjusts !== null, booked_at }));
  };
  const worked = [
    { quantity: "43200000", adjusts: false, booked_at: null },
    { quantity: "-28800000", adjusts: true, booked_at: "2027-04-01T00:00:00.000Z" },
  ];
  expect(await billed((await system.live.read()).run.seq)).toEqual(worked);
  await system.aggregate({ until: instant(Date.UTC(2027, 3, 5)) });
  expect(await billed(0n)).toEqual(worked);
});
