import Type from "typebox";
import { changedMonths } from "../aggregate/index.ts";
import { correctingMonths } from "../rating/index.ts";
import { monthOf, prevMonth } from "../core/calendar.ts";
import type { Clock } from "../core/clock.ts";
import { type InstantMs, instant } from "../core/instant.ts";
import type { Cadence } from "../core/schedule.ts";
import type { Job, Tick, TickLedger } from "../core/scheduler.ts";
import type { Settings } from "../core/settings.ts";
import { insertLines, timeField } from "../core/insert-lines.ts";
import { defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import type { System } from "./system.ts";

const selectLastDone = defineQuery(
  "api/job_last_done",
  Type.Object({ job: Type.String() }),
  Type.Object({ tick_ms: Type.String(), done_ms: Type.String() }),
);

/** The latest tick a job has done, and when it was done; null for a job never done. */
export async function readLastDone(store: Store, job: string): Promise<{ tick: InstantMs; done: InstantMs } | null> {
  const [row] = await selectLastDone(store.read, { job });
  return row === undefined ? null : { tick: instant(Number(row.tick_ms)), done: instant(Number(row.done_ms)) };
}

/** What the scheduler remembers, in the store: it survives the process, so no tick is done twice or forgotten. */
export function createTickLedger({ store, clock }: { store: Store; clock: Clock }): TickLedger {
  return {
    lastDone: async (job) => (await readLastDone(store, job))?.tick ?? null,
    done: async (job, at) => {
      const line = [job, timeField(at), timeField(clock.now())].join("\t");
      await insertLines(store.write, { table: "job_run", columns: ["job", "tick_at", "done_at"] }, `${line}\n`);
    },
  };
}

/** When aggregation is due, as the settings say now. */
export async function aggregateCadence(settings: Settings): Promise<Cadence> {
  const values = await settings.all();
  return {
    zone: values["usage.execution.timezone"],
    range_minutes: Number(values["usage.stats.job.aggregation.range"]),
    exec_time: values["usage.stats.job.exec.time"],
  };
}

/** Who asks for what a job does. */
export function scheduled(job: string): string {
  return `schedule (${job})`;
}

/** How often rating looks whether aggregation is done, ms. */
const FOLLOW_MS = 2_000;

/** The part of the system the aggregation job works with. */
type Worked = Pick<System, "settings" | "rateCards" | "aggregate" | "rate" | "runs" | "store" | "log">;

/**
 * The scheduled job: publishes the windows that have ended by its tick, then, where it `rates` too, rates what that may have
 * changed. Cadence comes from the settings, each time anew. Done twice it changes nothing: both runs see to that.
 */
export function createAggregateJob(system: Worked, { rates = true }: { rates?: boolean } = {}): Job {
  return {
    name: "aggregate",
    cadence: () => aggregateCadence(system.settings),
    run: async ({ at }, signal) => {
      await system.aggregate({ until: at, asked_by: scheduled("aggregate") });
      if (rates) await rateWhatIsStale(system, { job: "aggregate", at }, signal);
    },
  };
}

/** Rating as a job of its own: at the ticks of aggregation, and where it `follows` each once aggregation has done it, in whichever process. */
export function createRateJob(system: Worked & Pick<System, "clock">, { follows }: { follows: boolean }): Job {
  const job = "rate";
  return {
    name: job,
    cadence: () => aggregateCadence(system.settings),
    run: async ({ at }, signal) => {
      const isAggregated = async (): Promise<boolean> => {
        const last = await readLastDone(system.store, "aggregate");
        return last !== null && last.tick >= at;
      };
      if (follows) while (!(await isAggregated())) await system.clock.sleep(FOLLOW_MS, signal);
      await rateWhatIsStale(system, { job, at }, signal);
    },
  };
}

async function rateWhatIsStale(system: Worked, { job, at }: Tick, signal: AbortSignal): Promise<void> {
  const { rateCards, rate, log } = system;
  if ((await rateCards.list()).length === 0) {
    log.info({ job }, "no rate card, nothing is rated");
    return;
  }
  for (const period of await periodsToRate(system, at)) {
    signal.throwIfAborted();
    await rate({ period, asked_by: scheduled(job) });
  }
}

/**
 * Months whose bills may be stale, older first: all that a run of aggregation wrote to after they were last rated, those whose
 * statements correct what it wrote to closed ones, and this month and the one before, whose prices and accounts may have changed
 * (rating finds out by itself).
 */
async function periodsToRate({ settings, runs, store }: Worked, at: InstantMs): Promise<string[]> {
  const current = monthOf({ zone: await settings.get("usage.aggregation.timezone"), at });
  const periods = new Set([prevMonth(current), current]);
  for (const changed of await changedMonths({ store })) {
    const stale = [changed.month, ...(await correctingMonths({ store }, changed))];
    for (const month of stale.filter((of) => of <= current)) {
      const rated = await runs.latestPublished("rate", month);
      if (BigInt(rated?.versions["usage_run"] ?? "0") < changed.run_seq) periods.add(month);
    }
  }
  return [...periods].toSorted();
}
