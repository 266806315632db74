import { type Cadence, parseExecTime } from "../core/schedule.ts";
import type { Job } from "../core/scheduler.ts";
import type { Settings } from "../core/settings.ts";
import { type Patience, whenFree } from "../core/when-free.ts";
import { aggregateCadence, scheduled } from "./jobs.ts";
import type { System } from "./system.ts";

const DAY_MS = 86_400_000;
/** After aggregation has published the day; a check of the same minute would only wait for its lease. */
const AFTER_MINUTES = 180;
const patience: Patience = { wait_ms_max: 600_000, step_ms: 10_000 };

/**
 * The scheduled sanity checks: looked at daily, three hours after aggregation, and done when usage.sanity.check.interval days have
 * passed since they were last (0 = never). Done twice they change nothing. They wait ten minutes for a run that goes on.
 */
export function createSanityJob(
  system: Pick<System, "settings" | "clock" | "checkSanity" | "lastSanityCheck" | "log">,
): Job {
  const { settings, clock, log } = system;

  return {
    name: "sanity-check",
    cadence: () => sanityCadence(settings),
    run: async ({ at }, signal) => {
      const days = Number(await settings.get("usage.sanity.check.interval"));
      const last = await system.lastSanityCheck();
      // A tick done twice, or one of a day too early, has nothing to do; half a day makes up for clocks and waiting.
      if (days === 0 || (last !== null && at - last < days * DAY_MS - DAY_MS / 2)) {
        log.info({ job: "sanity-check" }, "no sanity check is due");
        return;
      }
      await whenFree(clock, () => system.checkSanity({ asked_by: scheduled("sanity-check") }), { ...patience, signal });
    },
  };
}

/** Daily, three hours after aggregation. */
export async function sanityCadence(settings: Settings): Promise<Cadence> {
  const { zone, exec_time } = await aggregateCadence(settings);
  return { zone, range_minutes: 1440, exec_time: later(exec_time) };
}

/** Three hours later on the wall. */
function later(exec_time: string): string {
  const minutes = ((parseExecTime(exec_time) ?? 0) + AFTER_MINUTES) % 1440;
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
