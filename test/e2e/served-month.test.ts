// The whole road over HTTP: a month of a small cloud from events to statements on a ClickHouse server, held to the embedded engine.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type System } from "../../api/system.ts";
import { openSystem } from "../../api/open-system.ts";
import { createTestClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { StoreConfig } from "../../core/store.ts";
import { at } from "../at.ts";
import { spawnClickHouseServer } from "../clickhouse-server/process.ts";
import { closeEverything } from "../aggregate/closing-month.ts";
import { smallCard, smallCloud } from "./small-cloud.ts";

const now = at("2026-11-05T00:00:00Z");
const period = "2026-10";

/** Every row of what was metered and billed, as the engine writes it, sorted. Runs are counted from 1: their numbers have gaps by chance. */
async function rowsOf({ store }: System): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  const number = "indexOf((SELECT arraySort(groupUniqArray(run_seq)) FROM run), run_seq)";
  const tables = ["usage_record", "slice", "billing_record", "statement_line", "period_close", "run_window"];
  for (const table of [...tables, "statement_document", "final_line", "statement_tax"]) {
    // Ids and numbers of runs and the name of the log are made by chance.
    const chance: Record<string, string> = { period_close: "run_id, bound", statement_document: "rating_seq" };
    const left = table in chance ? `EXCEPT (${chance[table]})` : "";
    const result = await store.read.query({
      query: `SELECT * ${left} REPLACE (${number} AS run_seq) FROM ${table}`,
      format: "JSONCompactEachRow",
    });
    found[table] = (await result.json()).map((row) => JSON.stringify(row)).toSorted();
  }
  return found;
}

/** The month: events in two halves, the later one late for windows that are published by then; prices; closing. */
async function liveMonth(config: StoreConfig): Promise<{ rows: Record<string, string[]>; statements: string }> {
  const clock = createTestClock(at("2026-10-21T00:00:00Z"));
  const system = await openSystem(config, { clock, log: silentLog });
  const send = (events: readonly unknown[]) =>
    system.ingest.accept(
      events.map((value) => ({ value, raw: () => JSON.stringify(value) })),
      "test",
    );
  try {
    const events = smallCloud(60);
    const late = events.filter((_event, index) => index % 7 === 3);
    expect(await send(events.filter((one) => !late.includes(one)))).toMatchObject({ rejected: [] });
    await system.rateCards.put("default", structuredClone(smallCard) as never, "test");
    await system.aggregate({ until: at("2026-10-21T00:00:00Z") });
    clock.set(now);
    // Late facts, and repeats of what is there.
    expect(await send([...late, ...events.slice(0, 20)])).toMatchObject({ rejected: [] });
    await system.aggregate({ until: now });
    await system.rate({ period });
    await closeEverything(system, [period]);
    await system.rate({ period });
    await makeFinal(system);
    const statements = await system.statements.list({ period, limit: 1000 });
    return { rows: await rowsOf(system), statements: JSON.stringify(statements) };
  } finally {
    await system.close();
  }
}

/** All of it becomes final, taxed, and one statement is taken back and issued again. */
async function makeFinal(system: System): Promise<void> {
  const by = { by: "test" };
  await system.profiles.issuers.put({ id: "house", legal_name: "House of Cloud" }, by);
  await system.profiles.taxRates.put({ id: "vat", name: "VAT", category: "S", percent: "21" }, by);
  const overrides = ["no-profile", "unrated"].map((finding) => ({ finding, reason: "test" }));
  const { made, refused } = await system.finalize({ period, overrides, asked_by: "test" });
  expect([made.length, refused]).toEqual([5, []]);
  const request = { id: made[0]?.id ?? "", reason: "test", asked_by: "test" };
  await system.voidStatement(request);
  await system.reissueStatement({ ...request, overrides });
}

test("records, slices, bills and statements on a server are those of the embedded engine, byte for byte", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tally-served-"));
  const server = await spawnClickHouseServer(join(folder, "theirs"));
  try {
    const [embedded, served] = await Promise.all([
      liveMonth({ url: null, data_dir: join(folder, "embedded") }),
      liveMonth({ url: server.url, data_dir: join(folder, "ours") }),
    ]);
    expect(served.statements).toBe(embedded.statements);
    for (const [table, rows] of Object.entries(embedded.rows)) {
      expect([table, served.rows[table]?.length]).toEqual([table, rows.length]);
      expect(rows.filter((row, index) => row !== served.rows[table]?.[index]).slice(0, 3), table).toEqual([]);
    }
    // 60 machines and volumes of five accounts, 31 days; what came late took rows back.
    expect(embedded.rows["usage_record"]?.length).toBeGreaterThan(2000);
    expect(embedded.rows["usage_record"]?.some((row) => /^\["?\d+"?,-1,/.test(row))).toBe(true);
    expect(embedded.rows["billing_record"]?.length).toBeGreaterThan(2000);
    // five, a credit note and what was issued again
    expect((JSON.parse(embedded.statements) as unknown[]).length).toBe(7);
    expect(embedded.rows["statement_tax"]?.length).toBe(7);
  } finally {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
