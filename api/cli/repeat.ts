import type { Command } from "commander";
import { type Cli, resultCommand } from "./cli.ts";

interface Repetition {
  readonly run_id: string;
  readonly same: boolean;
  readonly rows_same: string;
  readonly rows_missing: string;
  readonly rows_added: string;
  readonly notes: readonly string[];
}

/** `tally repeat RUN`: makes a published run again from what it stored, and says whether the bytes are the same. */
export function repeatCommand(cli: Cli): Command {
  return resultCommand("repeat", "make a published run of aggregation again from what it stored, and compare")
    .argument("<run>", "id of the run")
    .action(async (run: string, options: { json?: boolean }) => {
      const repetition = await cli.call<Repetition>({
        method: "POST",
        path: `/v1/runs/${encodeURIComponent(run)}/repeat`,
      });
      cli.show(repetition, options, toText);
      if (!repetition.same) cli.fail();
    });
}

function toText({ run_id, same, rows_same, rows_missing, rows_added, notes }: Repetition): string {
  const verdict = same
    ? `${run_id}: the same ${rows_same} rows again\n`
    : `${run_id}: ${rows_same} rows are the same, ${rows_missing} are missing, ${rows_added} are new\n`;
  return verdict + notes.map((note) => `${note}\n`).join("");
}
