import type { ClickHouseClient } from "@clickhouse/client";
import { BEGIN_MS, DAY_MS, type History, openHistory } from "./history-fill.ts";
import { type Figure, peakMemory, profileStatements } from "./report.ts";

const FEW_DAYS = 110;
const MANY_DAYS = 1095;
const TOUCHED = 1_000;

/** What something took: processor time of the whole process in ms, and the rows that statements read. */
interface Cost {
  readonly cpu_ms: number;
  readonly rows: number;
}

/**
 * A day's run with a hundred days and with three years of daily runs behind it, by the rows it reads; then 1,000 resources of which something is
 * heard late, ten days, and two years after all its months were closed. Processor time, since others use the machine.
 */
export async function benchHistory(machines = 20_000): Promise<Figure[]> {
  const history = await openHistory(machines);
  const { pipeline } = history;
  profileStatements(pipeline.store.run);
  await history.liveDay();
  await history.fillTo(FEW_DAYS - 3);
  const few = await threeTimes(history, () => history.liveDay());
  await history.fillTo(MANY_DAYS - 3);
  const many = await threeTimes(history, () => history.liveDay());
  const grown = (rowsOf(many) / rowsOf(few) - 1) * 100;
  const figures: Figure[] = [
    figure(`a day's run after ${FEW_DAYS} days`, few, 1, { target: "–", note: `${machines} machines` }),
    figure(`a day's run after ${MANY_DAYS} days`, many, 1, {
      target: "rows read within 1 %",
      note: `rows read: ${grown.toFixed(2)} % more than after ${FEW_DAYS} days`,
    }),
  ];
  const closing = await measured(history, () => closeMonths(history));
  const months = 34;
  figures.push(
    figure("closing a month of 20 payers", [closing], months, {
      target: "–",
      note: `${months} months, one after the other`,
    }),
  );
  let stopped = 0;
  for (const days of [10, 730]) {
    const end = BEGIN_MS + MANY_DAYS * DAY_MS;
    const costs = await threeTimes(history, async () => {
      const where = `number % ${machines / TOUCHED} = ${stopped}`;
      stopped += 1;
      await history.happen({ type: "VM.STOP", at: `${end - days * DAY_MS} + 1000 + ${stopped}`, where });
      await pipeline.restart();
      await pipeline.aggregate(end);
    });
    const note = `${days} windows each, ${MANY_DAYS} days of ${machines * 2} records and ${months} closed months behind it, peak memory ${peakMemory()} MB`;
    figures.push(
      figure(`late run touching 1,000 resources ${days} days ago, per window`, costs, days, {
        target: "≤ 200 ms",
        note,
      }),
    );
  }
  await pipeline.close();
  return figures;
}

function figure(
  name: string,
  costs: readonly Cost[],
  each: number,
  { target, note }: Pick<Figure, "target"> & { note: string },
): Figure {
  process.stderr.write(
    `${name}: ${costs.map(({ cpu_ms, rows }) => `${cpu_ms.toFixed(0)} ms, ${rows} rows`).join("; ")}\n`,
  );
  const rows = `${Math.round(rowsOf(costs)).toLocaleString("en")} rows read`;
  return {
    name,
    runs_ms: costs.map(({ cpu_ms }) => cpu_ms / each),
    target,
    note: `processor time; ${rows} a run; ${note}`,
  };
}

/** The middle of three. */
function rowsOf(costs: readonly Cost[]): number {
  return costs.map(({ rows }) => rows).toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
}

async function threeTimes(history: History, work: () => Promise<void>): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let round = 0; round < 3; round += 1) costs.push(await measured(history, work));
  return costs;
}

async function measured({ pipeline }: History, work: () => Promise<void>): Promise<Cost> {
  const lane = pipeline.store.read;
  // What the question itself reads is known from asking twice.
  const [first, before] = [await rowsRead(lane), await rowsRead(lane)];
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  return { cpu_ms: (user + system) / 1000, rows: (await rowsRead(lane)) - before - (before - first) };
}

/** Rows that statements of this process have read so far, by the engine's own count. */
async function rowsRead(lane: ClickHouseClient): Promise<number> {
  const query = "SELECT sum(value) AS rows FROM system.events WHERE event = 'SelectedRows'";
  const [row] = await (await lane.query({ query, format: "JSONEachRow" })).json<{ rows: string }>();
  return Number(row?.rows ?? 0);
}

/** Closes all months that have ended for good. */
async function closeMonths({ pipeline }: History): Promise<void> {
  const names = pipeline.system().checks.filter(({ overridable }) => overridable);
  const overrides = names.map(({ name }) => ({ finding: name, reason: "bench" }));
  for (let month = 0; month < 34; month += 1) {
    const period = new Date(Date.UTC(2023, 8 + month, 1)).toISOString().slice(0, 7);
    const { refused } = await pipeline.system().closePeriod({ period, overrides, reason: "bench", by: "bench" });
    if (refused.length > 0) throw new Error(`${period}: ${JSON.stringify(refused[0])}`);
  }
}
