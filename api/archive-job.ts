import { monthToKeepFrom } from "../aggregate/index.ts";
import { AppError } from "../core/errors.ts";
import type { Cadence } from "../core/schedule.ts";
import type { Job } from "../core/scheduler.ts";
import type { Settings } from "../core/settings.ts";
import type { System } from "./system.ts";

/**
 * The job that moves raw events older than retention.events.days to files, once a day after the night's other work. What is not
 * published or closed yet waits for the next day. Files of exports that are older than exports.keep.days go, too, and what machines that are gone left on its way ends. Done twice it changes nothing.
 */
export function createArchiveJob(system: Pick<System, "settings" | "archive" | "exports" | "operations" | "log">): Job {
  const { settings, archive, exports, operations, log } = system;
  return {
    name: "archive",
    cadence: () => archiveCadence(settings),
    run: async ({ at }) => {
      await exports.sweep();
      await operations.sweep();
      const days = Number(await settings.get("retention.events.days"));
      const before = monthToKeepFrom({ days, now: at });
      if (before === null) return;
      try {
        await archive({ before, by: "retention.events.days" });
      } catch (error) {
        if (!(error instanceof AppError) || error.key !== "archive-not-ready") throw error;
        log.info({ job: "archive", before, why: error.message }, "events stay for now");
      }
    },
  };
}

/** Daily, after the night's other work. */
export async function archiveCadence(settings: Settings): Promise<Cadence> {
  return { zone: await settings.get("usage.execution.timezone"), range_minutes: 1440, exec_time: "04:30" };
}
