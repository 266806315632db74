import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { CloudEvent } from "../../core/events.ts";
import { readTrace, type TraceRow, traceProfiles } from "../../core/replay.ts";
import type { Store } from "../../core/store.ts";

/** The published trace of a compute centre, where it lies beside the checkout. */
const path = fileURLToPath(new URL("../../../shared/data/surf-2022-10.parquet", import.meta.url));

const realTrace: string | null = existsSync(path) ? path : null;

/** October 2022 in Europe/Amsterdam, which the trace spans to the millisecond. */
export const traceMonth = { from_ms: Date.UTC(2022, 8, 30, 22), to_ms: Date.UTC(2022, 9, 30, 23) };

/**
 * Machines of a month: the real ones where their file is, else a stand-in of the same shape: ids, starts and lengths from
 * a linear congruence, the first at the first millisecond of the month and the last ending with its last.
 */
export async function readMachines(store: Store): Promise<{ rows: TraceRow[]; real: boolean }> {
  if (realTrace === null) return { rows: standIn(5_000), real: false };
  const rows: TraceRow[] = [];
  for await (const page of readTrace(store.read, realTrace)) rows.push(...page);
  return { rows, real: true };
}

/** What these machines cost: in steps, so that a record's price depends on those before it, and by the hours of a month. */
export const traceCard = {
  name: "Compute centre",
  currency: "EUR",
  tariffs: [
    {
      tariff_id: "running",
      name: "Running machine",
      usage_type: 1,
      currency: "EUR",
      unit: "hour",
      model: "graduated",
      tiers: [
        { up_to: "1000", rate: "0.123456789" },
        { up_to: null, rate: "0.1" },
      ],
      condition: 'offering == "c16m100" && zone == "lisa"',
    },
    {
      tariff_id: "allocated",
      name: "Allocated machine",
      usage_type: 2,
      currency: "EUR",
      unit: "month",
      model: "per_unit",
      rate: "7.77",
    },
  ],
} as const;

/** Four lifecycle events per machine, in the order of the rows. */
export function eventsOf(rows: readonly TraceRow[]): CloudEvent[] {
  const profile = traceProfiles["surf"];
  if (profile === undefined) throw new Error("there is a profile surf");
  return profile(rows);
}

/** Sum of all durations, ms. */
export function totalOf(rows: readonly TraceRow[]): bigint {
  return rows.reduce((sum, { duration }) => sum + BigInt(duration), 0n);
}

function standIn(count: number): TraceRow[] {
  const { from_ms, to_ms } = traceMonth;
  let state = 20221001;
  const next = (bound: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % bound;
  };
  return Array.from({ length: count }, (_, index) => {
    const duration = 1_000 * (1 + next(400_000));
    const start =
      index === 0 ? from_ms : index === count - 1 ? to_ms - duration : from_ms + next(to_ms - from_ms - duration);
    return {
      id: 2_000_000 + index,
      submission_time: String(start),
      duration: String(duration),
      cpu_count: 16,
      cpu_capacity: 33_600,
      mem_capacity: "100000",
    };
  });
}
