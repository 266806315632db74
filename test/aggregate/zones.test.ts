import { afterAll, beforeAll, expect, test } from "vitest";
import { formatInstant, instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { type EventJson, oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { readCases } from "../read-cases.ts";

type Texts = Readonly<Record<string, string>>;

interface Step {
  readonly now: string;
  readonly zone?: string;
  readonly range?: string;
  readonly accounts?: Texts;
  readonly events?: readonly Texts[];
  readonly until?: string;
  readonly then?: readonly Texts[];
}

interface ZoneCase {
  readonly why: string;
  readonly given?: { readonly zone?: string; readonly range?: string; readonly accounts?: Texts };
  /** What holds from when on; the first of each list since the beginning. */
  readonly timelines: Readonly<Record<string, readonly { zone: string; from?: string }[]>>;
  readonly ranges?: Readonly<Record<string, readonly { range: string; from?: string }[]>>;
  readonly steps: readonly Step[];
}

interface PlainRecord {
  readonly account_id: string;
  readonly usage_type: number;
  readonly resource: string;
  readonly window_start_ms: number;
  readonly window_end_ms: number;
  readonly quantity: bigint;
  readonly slices: number;
}

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

const begins = (from: string | undefined): number => (from === undefined ? 0 : at(from));

function eventOf({ time = "", type = "", id, ...data }: Texts, place: string): EventJson {
  const identity = { specversion: "1.0" as const, id: id ?? place, source: "cloudstack/z1" };
  return { ...identity, type, time, data: { account_id: "acme", resource: "r1", ...data } };
}

function worked(records: readonly Texts[]): string[] {
  return records
    .map(({ account_id = "acme", resource = "r1", from = "", to = "", quantity = "" }) =>
      [account_id, "1", resource, text(at(from)), text(at(to)), quantity, "1"].join(" "),
    )
    .toSorted();
}

function said(records: readonly PlainRecord[]): string[] {
  return records
    .map(({ account_id, usage_type, resource, window_start_ms, window_end_ms, quantity, slices }) =>
      [account_id, usage_type, resource, text(window_start_ms), text(window_end_ms), quantity, slices].join(" "),
    )
    .toSorted();
}

const text = (ms: number): string => formatInstant(instant(ms));

async function change({ zone, range, accounts = {} }: Omit<Step, "now">): Promise<void> {
  if (zone !== undefined) await pipeline.settings.set("usage.aggregation.timezone", zone, "test");
  if (range !== undefined) await pipeline.settings.set("usage.stats.job.aggregation.range", range, "test");
  for (const [account_id, time_zone] of Object.entries(accounts)) await pipeline.putAccount(account_id, time_zone);
}

test.each(readCases<ZoneCase>("aggregate/zones"))("$why", async ({ given = {}, timelines, ranges, steps }) => {
  await pipeline.reset();
  pipeline.clock.set(at("2026-01-01T00:00:00Z"));
  await change(given);
  const account_zones = Object.fromEntries(
    Object.entries(timelines).map(([account_id, entries]) => [
      account_id,
      entries.map(({ zone, from }) => ({ time_zone: zone, from_ms: begins(from) })),
    ]),
  );
  const range_minutes =
    ranges === undefined
      ? Number(given.range ?? "1440")
      : Object.fromEntries(
          Object.entries(ranges).map(([zone, entries]) => [
            zone,
            entries.map(({ range, from }) => ({ range_minutes: Number(range), from_ms: begins(from) })),
          ]),
        );

  const sent: EventJson[] = [];
  for (const [index, { now, until, then, events = [], ...changes }] of steps.entries()) {
    pipeline.clock.set(at(now));
    await change(changes);
    const batch = events.map((event, place) => eventOf(event, `e${index}-${place}`));
    sent.push(...batch);
    if (batch.length > 0) expect(await pipeline.send(batch)).toMatchObject({ accepted: batch.length, rejected: [] });
    if (until === undefined) continue;
    await pipeline.aggregate(at(until));
    if (then === undefined) continue;
    const asked = { events: sent, account_zones, default_zone: "UTC", range_minutes, until_ms: at(until) };
    expect(said(oracleRecords(asked)), "the oracle").toEqual(worked(then));
    expect(said((await readTruth(pipeline)) as unknown as PlainRecord[]), "the pipeline").toEqual(worked(then));
  }
});
