import { AppError } from "../../core/errors.ts";
import { type Patience, whenFree } from "../../core/when-free.ts";
import type { Run } from "../run-answer.ts";
import type { Cli } from "./cli.ts";
import type { Client } from "../client/client.ts";
import { createProgressBar } from "./progress-bar.ts";

const LOOK_MS = 500;
const patience: Patience = { wait_ms_max: 60_000, step_ms: LOOK_MS };

/** A run that ends within so many seconds needs no bar. */
const QUICK_SECONDS = 1;

/**
 * Starts a run and follows it to its end, with a bar where a person watches; a run that goes on already (a scheduled one) is
 * waited for, a minute at most. @throws AppError run-in-progress after that, internal where the run failed
 */
export async function startRun(cli: Cli, request: Readonly<Record<string, unknown>>): Promise<Run> {
  const body = JSON.stringify({ ...request, wait: QUICK_SECONDS });
  return cli.reach(async ({ client }) => {
    const begin = (): Promise<Run> => client.call({ method: "POST", path: "/v1/runs", body }) as Promise<Run>;
    return follow(cli, client, await whenFree(cli.clock, begin, patience));
  });
}

async function follow(cli: Cli, client: Client, begun: Run): Promise<Run> {
  const bar = createProgressBar(cli.output);
  let run = begun;
  try {
    while (run.state === "running") {
      bar.show(run);
      await cli.clock.sleep(LOOK_MS);
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
