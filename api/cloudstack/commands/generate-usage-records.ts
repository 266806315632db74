import { AppError } from "../../../core/errors.ts";
import { startRun } from "../../start-run.ts";
import { defineCommand, success } from "../command.ts";

/** Begins a run of aggregation up to now, unless one goes on already; the answer does not wait for its end. */
export const generateUsageRecords = defineCommand({
  name: "generateUsageRecords",
  description: "Publishes the windows that have ended, and what came late to others",
  roles: ["admin"],
  changes: true,
  params: {
    startdate: { type: "date", description: "Taken and ignored, as by CloudStack: a run knows what is due" },
    enddate: { type: "date-end", description: "Taken and ignored" },
    domainid: { type: "uuid", description: "Taken and ignored", related: "listDomains" },
  },
  response: [
    { name: "success", type: "boolean", description: "true where a run goes on" },
    { name: "displaytext", type: "string", description: "More in words" },
  ],
  run: async ({ system, caller }) => {
    const { began, ended } = startRun(system, { kind: "aggregate", asked_by: `${caller.name} (${caller.id})` });
    ended.catch((err: unknown) => {
      if (!(err instanceof AppError && err.key === "run-in-progress"))
        system.log.error({ err }, "the run that generateUsageRecords began failed");
    });
    try {
      await began;
    } catch (error) {
      if (!(error instanceof AppError && error.key === "run-in-progress")) throw error;
    }
    return success;
  },
});
