import type { Command } from "commander";
import { type Cli, readTime, resultCommand } from "./cli.ts";
import { countsText, startRun } from "./start-run.ts";

/** `tally aggregate`: publishes the windows that are due, or computes a range again. */
export function aggregateCommand(cli: Cli): Command {
  return resultCommand(
    "aggregate",
    "publish the usage windows that have ended; with --from, compute published ones again",
  )
    .option("--from <instant>", "compute again what is published since then", readTime)
    .option("--to <instant>", "publish the windows that end by then (default: now)", readTime)
    .option("--dry-run", "compute and tell, publish nothing; GET /v1/runs/{id}/diff shows what would change")
    .action(async (options: { from?: string; to?: string; dryRun?: boolean; json?: boolean }) => {
      const { from, to, dryRun = false } = options;
      const run = await startRun(cli, { kind: "aggregate", from, to, dry_run: dryRun });
      const note = dryRun ? " (dry run, nothing published)" : "";
      cli.show(run, options, ({ id, state, counts }) => `${id}: ${state}${note}; ${countsText(counts)}\n`);
    });
}
