import { Command, InvalidArgumentError } from "commander";
import { type Cli, resultCommand } from "./cli.ts";
import { queryOf } from "./client.ts";
import { renderTable } from "./output.ts";

interface EntryView {
  readonly quarantine_id: string;
  readonly source: string;
  readonly id: string;
  readonly field: string;
  readonly reason: string;
  readonly raw: string;
  readonly times_seen: string;
  readonly last_seen_at: string;
}

interface EntryPage {
  readonly data: readonly EntryView[];
  readonly next_cursor: string | null;
}

interface OutcomeView {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly { readonly reason: string }[];
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
          const page = (await cli.reach(({ client }) => client.call({ method: "GET", path }))) as EntryPage;
          cli.show(page, options, renderEntries);
        }),
    )
    .addCommand(
      resultCommand("show", "one message as it arrived")
        .argument("<id>")
        .action(async (id: string, options: { json?: boolean }) => {
          const entry = (await cli.reach(({ client }) =>
            client.call({ method: "GET", path: pathOf(id) }),
          )) as EntryView;
          cli.show(entry, options, ({ reason, raw }) => `${reason}\n${raw}\n`);
        }),
    )
    .addCommand(
      resultCommand("replay", "put one message in again, as it arrived; refused again, it stays")
        .argument("<id>")
        .action(async (id: string, options: { json?: boolean }) => {
          const outcome = (await cli.reach(({ client }) =>
            client.call({ method: "POST", path: `${pathOf(id)}/replay` }),
          )) as OutcomeView;
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
