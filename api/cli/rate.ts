import type { Command } from "commander";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import { countsText, startRun } from "./start-run.ts";

/** `tally rate`: prices a month. */
export function rateCommand(cli: Cli): Command {
  return resultCommand("rate", "price the published usage of a month and write its statements")
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .option("--dry-run", "compute and tell, publish nothing")
    .option("--reason <text>", "why a month is rated again: what comes out otherwise is kept for ever")
    .action(async (options: { period: string; dryRun?: boolean; reason?: string; json?: boolean }) => {
      const { period, dryRun = false, reason } = options;
      const why = reason === undefined ? {} : { reason };
      const run = await startRun(cli, { kind: "rate", period, dry_run: dryRun, ...why });
      const note = dryRun ? " (dry run, nothing published)" : "";
      cli.show(run, options, ({ id, state, counts }) => {
        const next = "compared_with" in counts ? `What it changes: tally diff ${id}\n` : "";
        return `${id}: ${state}${note}; ${countsText(counts)}\n${next}`;
      });
    });
}
