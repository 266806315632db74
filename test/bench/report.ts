import type { ClickHouseClient } from "@clickhouse/client";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/** One measured figure: the median of its runs, its floor (the same rows, the same run) and the target of the design. */
export interface Figure {
  readonly name: string;
  readonly runs_ms: readonly number[];
  /** The engine doing the least that can be done with the same rows; absent where nothing compares. */
  readonly floor_ms?: readonly number[];
  readonly target: string;
  readonly note?: string;
}

/** The middle of several runs. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The value that this share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** How long something takes, in ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** How long something takes by the clock, and how much of the processor: where other things run, the one says little, the other still something. */
export async function taken(work: () => Promise<unknown>): Promise<{ readonly ms: number; readonly cpu_ms: number }> {
  const before = process.cpuUsage();
  const ms = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { ms, cpu_ms: (user + system) / 1000 };
}

/** Prints a figure as one line. */
export function printFigure({ name, runs_ms, floor_ms, target, note }: Figure): void {
  const took = median(runs_ms);
  const floor =
    floor_ms === undefined
      ? ""
      : ` · floor ${median(floor_ms).toFixed(0)} ms · ${(took / median(floor_ms)).toFixed(2)} × floor`;
  process.stdout.write(
    `${name}: ${took.toFixed(0)} ms (${runs_ms.map((ms) => ms.toFixed(0)).join(", ")})${floor} · target ${target}${note === undefined ? "" : ` · ${note}`}\n`,
  );
}

/** Writes all figures with the machine they were taken on to out/bench.json. */
export function writeReport(figures: readonly Figure[]): void {
  mkdirSync("out", { recursive: true });
  const machine = { node: process.version, cores: cpus().length, model: cpus()[0]?.model ?? "" };
  const rows = figures.map((figure) => ({ ...figure, median_ms: median(figure.runs_ms) }));
  writeFileSync("out/bench.json", `${JSON.stringify({ machine, figures: rows }, null, 2)}\n`);
}

/** Peak memory of this process so far, in MB. */
export function peakMemory(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** With --profile on the command line: prints how long each statement on a lane takes, on standard error. */
export function profileStatements(lane: ClickHouseClient): void {
  if (!process.argv.includes("--profile")) return;
  for (const method of ["command", "query"] as const) {
    type Statement = { query: string; clickhouse_settings?: Record<string, unknown> };
    const original = lane[method].bind(lane) as (statement: Statement) => Promise<unknown>;
    Object.assign(lane, {
      [method]: async (statement: Statement) => {
        const start = performance.now();
        const result = await original(statement);
        const took = (performance.now() - start).toFixed(0).padStart(6);
        const name = statement.clickhouse_settings?.["log_comment"];
        process.stderr.write(`${took} ms  ${typeof name === "string" ? name : statement.query.slice(0, 60)}\n`);
        return result;
      },
    });
  }
}
