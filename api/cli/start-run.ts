import { AppError } from "../../core/errors.ts";
import type { Run } from "../routes/runs.ts";
import type { Cli } from "./cli.ts";

const WAITS = 120;
const WAIT_MS = 500;

/** Starts a run and waits for its end; a run that goes on already (a scheduled one) is waited for, a minute at most. */
export async function startRun(cli: Cli, request: Readonly<Record<string, unknown>>): Promise<Run> {
  const body = JSON.stringify(request);
  return cli.reach(async ({ client }) => {
    for (let waits = 0; ; waits += 1) {
      try {
        return (await client.call({ method: "POST", path: "/v1/runs", body })) as Run;
      } catch (error) {
        if (!(error instanceof AppError) || error.key !== "run-in-progress" || waits === WAITS) throw error;
        await cli.clock.sleep(WAIT_MS);
      }
    }
  });
}

/** `windows 31, records 107945` */
export function countsText(counts: Readonly<Record<string, string>>): string {
  const told = Object.entries(counts).map(([name, count]) => `${name.replaceAll("_", " ")} ${count}`);
  return told.length === 0 ? "nothing to count" : told.join(", ");
}
