import { AppError } from "../../core/errors.ts";
import type { Run } from "../run-answer.ts";
import type { Cli } from "./cli.ts";
import type { Client } from "./client.ts";
import { createProgressBar } from "./progress-bar.ts";

const WAITS = 120;
const WAIT_MS = 500;

/** A run that ends within so many seconds needs no bar. */
const QUICK_SECONDS = 1;

/**
 * Starts a run and follows it to its end, with a bar where a person watches; a run that goes on already (a scheduled one) is
 * waited for, a minute at most. @throws AppError run-in-progress after that, internal where the run failed
 */
export async function startRun(cli: Cli, request: Readonly<Record<string, unknown>>): Promise<Run> {
  const body = JSON.stringify({ ...request, wait: QUICK_SECONDS });
  return cli.reach(async ({ client }) => {
    for (let waits = 0; ; waits += 1) {
      try {
        return await follow(cli, client, (await client.call({ method: "POST", path: "/v1/runs", body })) as Run);
      } catch (error) {
        if (!(error instanceof AppError) || error.key !== "run-in-progress" || waits === WAITS) throw error;
        await cli.clock.sleep(WAIT_MS);
      }
    }
  });
}

async function follow(cli: Cli, client: Client, begun: Run): Promise<Run> {
  const bar = createProgressBar(cli.output);
  let run = begun;
  try {
    while (run.state === "running") {
      bar.show(run);
      await cli.clock.sleep(WAIT_MS);
      run = (await client.call({ method: "GET", path: `/v1/runs/${run.id}` })) as Run;
    }
  } finally {
    bar.clear();
  }
  if (run.state === "failed") throw new AppError("internal", `${run.id} failed: ${run.error ?? "no reason given"}`);
  return run;
}

/** `windows 31, records 107945` */
export function countsText(counts: Readonly<Record<string, string>>): string {
  const told = Object.entries(counts).map(([name, count]) => `${name.replaceAll("_", " ")} ${count}`);
  return told.length === 0 ? "nothing to count" : told.join(", ");
}
