import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listUsageRecords, readCompleteness, summarizeUsage, type UsageKey } from "../../aggregate/index.ts";
import { instant, type InstantMs } from "../../core/instant.ts";
import { oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { type History, historyArbitrary } from "./history.ts";
import { propertyRuns } from "./property-runs.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

const HOUR_MS = 3_600_000;
const zones = ["Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "UTC"];

/** Usage per type and local day of `zone`, as the oracle has it when every account lives there; days that end after `until_ms` left out. */
function daysOf(history: History, zone: string, until_ms: number): Record<string, string> {
  const account_zones = new Map(history.accounts.map(({ id }) => [id, zone]));
  const records = oracleRecords({
    events: history.events,
    account_zones,
    default_zone: zone,
    range_minutes: 1440,
    until_ms,
  });
  const label = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  return sumUp(
    records.map(({ usage_type, window_start_ms, quantity }) => [
      `${usage_type} ${label.format(window_start_ms)}`,
      quantity,
    ]),
  );
}

/** Usage per account, type, resource and part between two full hours of UTC, as the oracle has it in windows of an hour. */
function hoursOf(history: History, { from, to }: { from: number; to: number }): Record<string, string> {
  const account_zones = new Map(history.accounts.map(({ id }) => [id, "UTC"]));
  const { events, until_ms } = history;
  const records = oracleRecords({ events, account_zones, default_zone: "UTC", range_minutes: 60, until_ms });
  return sumUp(
    records
      .filter(({ window_start_ms }) => window_start_ms >= from && window_start_ms < to)
      .map((record) => [keyOf(record), record.quantity]),
  );
}

const keyOf = (of: { account_id: string; usage_type: number; resource: string; part: string }): string =>
  [of.account_id, of.usage_type, of.resource, of.part].join(" ");

function sumUp(parts: readonly (readonly [key: string, quantity: bigint])[]): Record<string, string> {
  const sums = new Map<string, bigint>();
  for (const [key, quantity] of parts) sums.set(key, (sums.get(key) ?? 0n) + quantity);
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, sum.toString()]));
}

/** The same from records cut at both ends, a few a page. */
async function cutRecords(as_of: bigint, span: { from: InstantMs; to: InstantMs }): Promise<Record<string, string>> {
  const filter = { ...span, account_ids: [], usage_types: [], resources: [] };
  const parts: [string, bigint][] = [];
  for (let after: UsageKey | null = null; ;) {
    const page = { filter, as_of, clip: true, after, limit: 7 };
    const { records, last }: Awaited<ReturnType<typeof listUsageRecords>> = await listUsageRecords(
      pipeline.system(),
      page,
    );
    parts.push(...records.map((record) => [keyOf(record), BigInt(record.quantity)] as [string, bigint]));
    if (records.length < page.limit) return sumUp(parts);
    after = last;
  }
}

test(
  "sums by days of another zone, and records cut anywhere, are what windows that end there would hold",
  { timeout: 300_000 },
  async () => {
    const numRuns = propertyRuns({ byDefault: 10, share: 0.01 });
    await fc.assert(
      fc.asyncProperty(
        historyArbitrary(),
        fc.constantFrom(...zones),
        fc.constantFrom(1440, 60),
        fc.tuple(fc.nat(47), fc.integer({ min: 1, max: 60 })),
        async (history, zone, range, [after, hours]) => {
          await pipeline.reset();
          await pipeline.settings.set("usage.stats.job.aggregation.range", String(range), "test");
          for (const { id, time_zone } of history.accounts) await pipeline.putAccount(id, time_zone);
          const half = Math.floor(history.events.length / 2);
          await pipeline.send(history.events.slice(0, half));
          await pipeline.aggregate((history.from_ms + history.until_ms) / 2);
          await pipeline.send(history.events.slice(half));
          await pipeline.aggregate(history.until_ms);
          const { as_of, completeness } = await readCompleteness(pipeline.system());
          const until_ms = Math.min(history.until_ms, Date.parse(completeness.complete_to ?? ""));
          const expected = daysOf(history, zone, until_ms);
          const rows = await summarizeUsage(pipeline.system(), {
            filter: {
              // Samples of counters come from before the season.
              from: instant(history.from_ms - 30 * 86_400_000),
              to: instant(history.until_ms),
              account_ids: [],
              usage_types: [],
              resources: [],
            },
            as_of,
            group_by: ["day"],
            tag_key: null,
            time_zone: zone,
            clip: true,
            limit: 1000,
          });
          const sums = Object.fromEntries(
            rows.map(({ group, quantity }) => [`${group["usage_type"]} ${group["day"]}`, quantity]),
          );
          const whole = Object.fromEntries(Object.keys(expected).map((key) => [key, sums[key] ?? "0"]));
          expect(whole).toEqual(expected);

          // Records, too, wherever hours of UTC cut their windows.
          const from = instant(history.from_ms - (history.from_ms % HOUR_MS) + after * HOUR_MS);
          const to = instant(Math.min(from + hours * HOUR_MS, until_ms - (until_ms % HOUR_MS)));
          expect(await cutRecords(as_of, { from, to })).toEqual(hoursOf(history, { from, to }));
        },
      ),
      { numRuns },
    );
  },
);
