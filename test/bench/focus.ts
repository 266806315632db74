import { silentLog } from "../../core/log.ts";
import { createExports } from "../../rating/index.ts";
import { openRatingStore } from "../rating/rating-store.ts";
import { type Figure, peakMemory, timed } from "./report.ts";

const DAY_MS = 86_400_000;

/** FOCUS 1.4 as Parquet from so many billing records of 10,000 accounts, read back and held to the statements, against the engine's copy of the records to Parquet. */
export async function benchFocus(records: number): Promise<Figure[]> {
  const on = await openRatingStore();
  const per_account = Math.ceil(records / 10_000);
  await on.command(
    `INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, opened_at, opened_by, closed_by)
     SELECT 1, 1, concat('account-', toString(intDiv(number, ${per_account}))), fromUnixTimestamp64Milli(toInt64(${Date.UTC(2026, 9, 1)} + (number % 28) * ${DAY_MS}), 'UTC') AS starts,
       starts + INTERVAL 1 DAY, 1, concat('vm-', toString(number)), '', 1 + number % 50, ${DAY_MS} - number % 1000000, ${DAY_MS}, 1, starts, starts + INTERVAL 1 DAY, starts, 0, 0
     FROM numbers(${records})`,
  );
  await on.writeShapes(
    Array.from({ length: 50 }, (_, index) => ({
      shape: BigInt(index + 1),
      offering: `o${index % 7}`,
      zone: `z${index % 3}`,
    })),
  );
  await on.publishUsage(1);
  await on.putCard([{ tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.0123" }]);
  await on.rate("2026-10");
  const { store, usageTypes, clock } = on;
  const settings = async () => ({ default_zone: "Europe/Amsterdam", provider: "Acme", service_categories: "" });
  const exports = createExports({ store, usageTypes, clock, log: silentLog, settings });
  const before = peakMemory();
  const [runs_ms, floor_ms]: [number[], number[]] = [[], []];
  let rows = "0";
  let bytes = "0";
  for (let round = 0; round < 3; round += 1) {
    runs_ms.push(
      await timed(async () => {
        const { done } = await exports.begin({ kind: "focus", period: "2026-10", format: "parquet" }, "bench");
        const found = await done;
        if (found.state !== "complete") throw new Error(found.error ?? "the export failed");
        [rows, bytes] = [found.rows ?? "0", found.bytes ?? "0"];
      }),
    );
    floor_ms.push(
      await timed(() =>
        on.command(
          `INSERT INTO FUNCTION file('${store.data_dir}/copy-${round}.parquet', 'Parquet') SELECT * REPLACE (toString(quantity) AS quantity, toString(from_quantity) AS from_quantity, toString(to_quantity) AS to_quantity, hex(usage_record_id) AS usage_record_id, hex(shape) AS shape) FROM billing_record SETTINGS output_format_parquet_compression_method = 'zstd'`,
        ),
      ),
    );
  }
  const peak = peakMemory();
  await on.close();
  return [
    {
      name: "FOCUS 1.4 as Parquet, companions and check included",
      runs_ms,
      floor_ms,
      target: "≤ 5 s per 1 M rows",
      note: `${rows} rows, ${bytes} bytes; peak memory ${peak} MB (${before} MB before)`,
    },
  ];
}
