import { expect, test } from "vitest";
import { openHistory, type History } from "./history-fill.ts";

const TABLES = [
  "event",
  "event_identity",
  "usage_record",
  "slice",
  "run_window",
  "checkpoint",
  "resource_state",
  "run_touched",
  "account_zone",
  "zone_range",
];

/** All rows of what runs write, and of the ledger all but what is drawn by lot. */
async function rowsOf({ pipeline }: History): Promise<Record<string, unknown[]>> {
  const read = async (query: string): Promise<unknown[]> => {
    const result = await pipeline.store.run.query({ query, format: "JSONEachRow" });
    return result.json();
  };
  const found: Record<string, unknown[]> = {
    run: await read("SELECT * EXCEPT (run_id, holder) FROM run ORDER BY ALL"),
  };
  for (const table of TABLES) found[table] = await read(`SELECT * FROM ${table} ORDER BY ALL`);
  return found;
}

test("a history that is filled holds what its runs would have written, day by day", { timeout: 240_000 }, async () => {
  const lived = await openHistory(20);
  while (lived.days() < 20) await lived.liveDay();
  const expected = await rowsOf(lived);
  await lived.pipeline.close();

  const filled = await openHistory(20);
  await filled.liveDay();
  await filled.fillTo(18);
  while (filled.days() < 20) await filled.liveDay();
  const found = await rowsOf(filled);
  for (const [table, rows] of Object.entries(expected)) expect(found[table], table).toEqual(rows);
  await filled.pipeline.close();
});
