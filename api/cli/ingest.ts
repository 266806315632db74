import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { renderOutcome, sendEvents } from "./send-events.ts";

/** `tally ingest`: events from a file or standard input. Rejected events are told and kept in quarantine; the status is 0 all the same. */
export function ingestCommand(cli: Cli): Command {
  return resultCommand("ingest", "send events, one CloudEvents JSON a line; status 0 even if some were rejected")
    .argument("<file>", "an NDJSON file, or - for standard input")
    .action(async (file: string, options: { json?: boolean }) => {
      if (file !== "-" && !existsSync(file)) throw new AppError("not-found", `there is no file ${file}`);
      const input = file === "-" ? process.stdin : createReadStream(file);
      const outcome = await cli.reach(({ client }) =>
        sendEvents(client, createInterface({ input, crlfDelay: Infinity }), tellProgress(cli)),
      );
      cli.show(outcome, options, renderOutcome);
    });
}

/** Counts on one line of standard error that is written over, where a person watches; nothing else. */
export function tellProgress({ output }: Cli): (so_far: { accepted: number; rejected: number }) => void {
  if (!output.is_live) return () => undefined;
  return ({ accepted, rejected }) => output.err(`\r${accepted} accepted, ${rejected} rejected\u001b[K\r`);
}
