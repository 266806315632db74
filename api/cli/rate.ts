import type { Command } from "commander";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import { countsText, startRun } from "./start-run.ts";

/** `tally rate`: prices a month. */
export function rateCommand(cli: Cli): Command {
  return resultCommand("rate", "price the published usage of a month and write its statements")
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .option("--dry-run", "compute and tell, publish nothing")
    .action(async (options: { period: string; dryRun?: boolean; json?: boolean }) => {
      const { period, dryRun = false } = options;
      const run = await startRun(cli, { kind: "rate", period, dry_run: dryRun });
      const note = dryRun ? " (dry run, nothing published)" : "";
      cli.show(run, options, ({ id, state, counts }) => `${id}: ${state}${note}; ${countsText(counts)}\n`);
    });
}
