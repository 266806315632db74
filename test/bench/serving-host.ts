import { existsSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buildApp } from "../../api/app.ts";
import { openSystem } from "../../api/open-system.ts";
import { systemClock } from "../../core/clock.ts";
import { inlineViews } from "../../core/inline-views.ts";
import { silentLog } from "../../core/log.ts";
import { loadSql } from "../../core/sql.ts";
import { fillServing, PERIOD, sizeOf } from "./serving-fill.ts";
import { timed } from "./report.ts";

/** What the bench asks of the engine itself: a statement of sql/ by its name, or text; how often, or its rows. */
export interface EngineAsked {
  readonly name?: string;
  readonly text?: string;
  readonly params: Record<string, unknown>;
  readonly times: number;
}

/** What is priced, and by what: most of what there is. */
const priced = [
  [1, "hour"],
  [2, "hour"],
  [3, "hour"],
  [4, "gib"],
  [5, "gib"],
  [6, "gib_hour"],
  [9, "gib_hour"],
] as const;

// The served process: fills a store once, answers over HTTP, and takes the engine's own time for whoever started it.
const [, , folder = "", records = "100000000"] = process.argv;
const system = await openSystem({ url: null, data_dir: folder }, { clock: systemClock, log: silentLog });
const filled = join(folder, "filled");
if (!existsSync(filled)) {
  await fillServing(system.store, sizeOf(Number(records)), (text) => process.stderr.write(`filled ${text}\n`));
  writeFileSync(filled, records);
}
const rated = join(folder, "rated");
if (!existsSync(rated)) {
  const tariffs = priced.map(([usage_type, unit]) => ({
    tariff_id: `type-${usage_type}`,
    name: `type ${usage_type}`,
    usage_type,
    currency: "EUR",
    unit,
    model: "per_unit" as const,
    rate: "0.01",
  }));
  await system.rateCards.put("default", { name: "List", currency: "EUR", tariffs, charges: [] }, "bench");
  const took = await timed(() => system.rate({ period: PERIOD }));
  process.stderr.write(`rated ${PERIOD} in ${took.toFixed(0)} ms\n`);
  writeFileSync(rated, PERIOD);
}
for (const limit of ["api.requests.caller", "api.requests.address"] as const)
  await system.settings.set(limit, "0", "bench");
const { token } = await system.keys.create({ name: "bench", role: "admin" }, { by: "bench" });
const app = await buildApp(system, { log: silentLog });
await app.listen({ port: 0, host: "127.0.0.1" });
process.send?.({ port: (app.server.address() as AddressInfo).port, token });
process.on("message", (asked: EngineAsked & { id: number }) => void answer(asked));

async function answer({ id, name, text, params, times }: EngineAsked & { id: number }): Promise<void> {
  try {
    const query = text ?? inlineViews(loadSql(name ?? ""));
    const ask = async (): Promise<unknown[]> => {
      const result = await system.store.run.query({ query, query_params: params, format: "JSONEachRow" });
      return result.json();
    };
    const rows = await ask();
    const ms: number[] = [];
    for (let round = 0; round < times; round += 1) ms.push(await timed(ask));
    process.send?.({ id, rows: times === 0 ? rows : rows.length, ms });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
}
process.on("disconnect", () => process.exit(0));
