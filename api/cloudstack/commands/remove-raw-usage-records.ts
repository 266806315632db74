import { monthToKeepFrom } from "../../../aggregate/index.ts";
import { AppError } from "../../../core/errors.ts";
import { nextTick } from "../../../core/schedule.ts";
import { instant } from "../../../core/instant.ts";
import { aggregateCadence } from "../../jobs.ts";
import { parameterError, serverError } from "../api-error.ts";
import { defineCommand, success } from "../command.ts";

const NEAR_MS = 15 * 60_000;

/**
 * Moves raw events that are older than so many days, published and closed, to archive files. Usage records stay, other than in CloudStack:
 * statements stand on them.
 */
export const removeRawUsageRecords = defineCommand({
  name: "removeRawUsageRecords",
  description:
    "Moves raw events older than interval days to archive files; usage records stay, since statements stand on them",
  since: "4.6.0",
  roles: ["admin"],
  changes: true,
  params: { interval: { type: "integer", required: true, description: "Days to keep, more than 0" } },
  response: [
    { name: "success", type: "boolean", description: "true where it is done" },
    { name: "displaytext", type: "string", description: "What was moved" },
  ],
  run: async ({ system, caller }, { interval }) => {
    if (interval <= 0 || interval > 36_600)
      throw parameterError("Invalid interval value. Please enter a value greater than 0");
    const now = system.clock.now();
    const cadence = await aggregateCadence(system.settings);
    const next = nextTick(instant(now - NEAR_MS), cadence);
    if (Math.abs(next - now) <= NEAR_MS)
      throw serverError("Usage records cannot be removed within 15 minutes of usage.stats.job.exec.time");
    const before = monthToKeepFrom({ days: interval, now });
    try {
      if (before !== null) await system.archive({ before, by: `${caller.name} (${caller.id})` });
    } catch (error) {
      if (error instanceof AppError && error.key === "archive-not-ready") throw serverError(error.message);
      throw error;
    }
    return success;
  },
});
