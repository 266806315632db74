import { Command, InvalidArgumentError } from "commander";
import type { QuarantineEntry } from "../../ingest/index.ts";
import type { IngestOutcome } from "../routes/events.ts";
import { type Cli, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface EntryPage {
  readonly data: readonly QuarantineEntry[];
  readonly next_cursor: string | null;
}

/** `tally quarantine`: refused messages, and the way back in. */
export function quarantineCommand(cli: Cli): Command {
  const pathOf = (id: string): string => `/v1/quarantine/${encodeURIComponent(id)}`;
  return new Command("quarantine")
    .description("look at refused events and put them in again")
    .addCommand(
      resultCommand("list", "refused messages, one per content")
        .option("--limit <n>", "at most so many, up to 1000", readLimit, "100")
        .option("--cursor <text>", "go on where a former list ended")
        .action(async (options: { limit: string; cursor?: string; json?: boolean }) => {
          const path = `/v1/quarantine${queryOf({ limit: options.limit, cursor: options.cursor })}`;
          const page = await cli.call<EntryPage>({ method: "GET", path });
          cli.show(page, options, renderEntries);
        }),
    )
    .addCommand(
      resultCommand("show", "one message as it arrived")
        .argument("<id>")
        .action(async (id: string, options: { json?: boolean }) => {
          const entry = await cli.call<QuarantineEntry>({ method: "GET", path: pathOf(id) });
          cli.show(entry, options, ({ reason, raw }) => `${reason}\n${raw}\n`);
        }),
    )
    .addCommand(
      resultCommand("replay", "put one message in again, as it arrived; refused again, it stays")
        .argument("<id>")
        .action(async (id: string, options: { json?: boolean }) => {
          const outcome = await cli.call<IngestOutcome>({ method: "POST", path: `${pathOf(id)}/replay` });
          if (outcome.rejected.length > 0) cli.fail();
          cli.show(outcome, options, ({ rejected }) =>
            rejected.length === 0 ? "taken in\n" : rejected.map(({ reason }) => `refused again: ${reason}\n`).join(""),
          );
        }),
    );
}

function readLimit(text: string): string {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000) return text;
  throw new InvalidArgumentError("Expected a number from 1 to 1000.");
}

function renderEntries({ data, next_cursor }: EntryPage): string {
  if (data.length === 0) return "Nothing is in quarantine.\n";
  const rows = data.map(({ quarantine_id, source, id, reason, times_seen }) => [
    quarantine_id,
    source,
    id,
    reason.slice(0, 100),
    times_seen,
  ]);
  const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
  return renderTable(rows, { head: ["quarantine id", "source", "id", "reason", "seen"], right: ["seen"] }) + more;
}
