// An export of more records than the engine is given memory for.
import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "../../../core/log.ts";
import { createExports } from "../../../rating/index.ts";
import { openRatingStore, type RatingStore } from "../rating-store.ts";

let on: RatingStore;
beforeAll(async () => void (on = await openRatingStore()));
afterAll(() => on.close());
const settings = async () => ({ default_zone: "UTC", provider: "Acme", service_categories: "" });

test("usage beyond what memory is given is grouped on the disk, and is whole", async () => {
  const RECORDS = 400_000;
  await on.command(
    `INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, opened_at)
     SELECT 1, 1, 'a', toDateTime64('2026-08-03 00:00:00', 3, 'UTC'), toDateTime64('2026-08-04 00:00:00', 3, 'UTC'), 1,
       concat('a-resource-with-a-rather-long-name-', toString(number)), '', 1, 3600000, 3600000, 1, toDateTime64('2026-08-03 00:00:00', 3, 'UTC') AS at, at, at FROM numbers(${RECORDS})`,
  );
  const spilled = async (): Promise<number> =>
    Number(
      (
        await on.rows<{ n: string }>(
          "SELECT toString(sum(value)) AS n FROM system.events WHERE event = 'ExternalAggregationWritePart'",
        )
      )[0]?.n,
    );
  const before = await spilled();
  await on.publishUsage(1);
  const { store, usageTypes, clock } = on;
  const exports = createExports({ store, usageTypes, clock, log: silentLog, settings });
  const done = await (await exports.begin({ kind: "usage", period: "2026-08", format: "parquet" }, "test")).done;
  expect(done).toMatchObject({ state: "complete", rows: `${RECORDS}` });
  expect(await spilled()).toBeGreaterThan(before);
}, 120_000);
