import Type from "typebox";
import { readCompleteness } from "../../aggregate/index.ts";
import { parseInstant } from "../../core/instant.ts";
import { RunKind, RunState } from "../../core/runs.ts";
import { defineQuery } from "../../core/sql.ts";
import type { System } from "../system.ts";
import type { Measure, MetricMaker } from "./measure.ts";

const none = Type.Object({});
const countRuns = defineQuery(
  "api/run_states",
  none,
  Type.Object({ kind: RunKind, state: RunState, runs: Type.String() }),
);
const readEnds = defineQuery(
  "api/run_ends",
  none,
  Type.Object({ kind: RunKind, published_ms: Type.String(), took_ms: Type.String() }),
);
const countWindows = defineQuery(
  "api/window_counts",
  none,
  Type.Object({ windows: Type.String(), again: Type.String() }),
);

/** Runs and windows, whichever process made them: how many, how old, and how far usage reaches. */
export function measureRuns(make: MetricMaker, system: System): Measure {
  return make.measure("runs", ({ gauge }) => {
    const runs = gauge("tally_runs", "Runs by kind and state", ["kind", "state"]);
    const published = gauge(
      "tally_last_publish_timestamp_seconds",
      "When a run of the kind was last published; absent until one is",
      ["kind"],
    );
    const took = gauge("tally_last_run_duration_seconds", "How long the run of the kind took that was last published", [
      "kind",
    ]);
    const lag = gauge(
      "tally_windows_lag_seconds",
      "Time since the end of the last window that every zone has published; absent until something is published",
    );
    const windows = gauge("tally_windows_published", "Windows of usage that are published, in all zones");
    const again = gauge("tally_windows_published_again", "How often a window was published again, for late events");
    return async () => {
      const { read } = system.store;
      for (const { kind, state, runs: count } of await countRuns(read, {})) runs.set({ kind, state }, Number(count));
      for (const { kind, published_ms, took_ms } of await readEnds(read, {})) {
        published.set({ kind }, Number(published_ms) / 1000);
        took.set({ kind }, Number(took_ms) / 1000);
      }
      const { complete_to } = (await readCompleteness(system)).completeness;
      const end = complete_to === null ? null : parseInstant(complete_to);
      if (end !== null) lag.set((system.clock.now() - end) / 1000);
      const [counted] = await countWindows(read, {});
      windows.set(Number(counted?.windows ?? 0));
      again.set(Number(counted?.again ?? 0));
    };
  });
}

/** The run that is going on; its figures are absent while there is none. */
export function measureRun(make: MetricMaker, { runs }: System): Measure {
  return make.measure("run", ({ gauge }) => {
    const began = gauge("tally_run_began_timestamp_seconds", "When the run that is going on began", ["kind"]);
    const beat = gauge("tally_run_heartbeat_timestamp_seconds", "Last sign of life of the run that is going on", [
      "kind",
    ]);
    const expires = gauge(
      "tally_run_lease_expires_timestamp_seconds",
      "When the lease of the run that is going on expires",
      ["kind"],
    );
    const progress = gauge("tally_run_progress_ratio", "How much of what the run does now is done, 0 to 1", ["kind"]);
    return async () => {
      const run = await runs.running();
      if (run === null) return;
      const { kind } = run;
      began.set({ kind }, run.began_ms / 1000);
      beat.set({ kind }, run.changed_ms / 1000);
      expires.set({ kind }, run.lease_expires_ms / 1000);
      if (run.progress !== null && run.progress.total > 0)
        progress.set({ kind }, Math.min(1, run.progress.done / run.progress.total));
    };
  });
}
