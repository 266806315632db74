import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCompleteness, summarizeUsage } from "../../aggregate/index.ts";
import { instant } from "../../core/instant.ts";
import { oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { type History, historyArbitrary } from "./history.ts";
import { propertyRuns } from "./property-runs.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
});
afterAll(() => pipeline.close());

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
  const sums = new Map<string, bigint>();
  for (const { usage_type, window_start_ms, quantity } of records) {
    const key = `${usage_type} ${label.format(window_start_ms)}`;
    sums.set(key, (sums.get(key) ?? 0n) + quantity);
  }
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, sum.toString()]));
}

test(
  "days of another zone than the windows' are cut on slices: they are what that zone's own windows would hold",
  { timeout: 300_000 },
  async () => {
    const numRuns = propertyRuns({ byDefault: 10, share: 0.01 });
    await fc.assert(
      fc.asyncProperty(
        historyArbitrary(),
        fc.constantFrom(...zones),
        fc.constantFrom(1440, 60),
        async (history, zone, range) => {
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
        },
      ),
      { numRuns },
    );
  },
);
