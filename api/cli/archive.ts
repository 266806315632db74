import type { Command } from "commander";
import type { Archive, Erasure } from "../../aggregate/index.ts";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

interface Archived {
  readonly run_id: string | null;
  readonly dry_run: boolean;
  readonly months: readonly { readonly month: string; readonly events: string }[];
}
interface Restored {
  readonly archive: Archive;
  readonly horizon: string | null;
}

/** `tally archive`: moves old raw events to files, lists those and brings them back. */
export function archiveCommand(cli: Cli): Command {
  return resultCommand("archive", "move raw events of closed months to Parquet files, list those, bring them back")
    .option("--before <month>", "events of UTC months before this one leave, such as 2026-10", readPeriod)
    .option("--dry-run", "only tell which months would leave")
    .action(async (options: { before?: string; dryRun?: boolean; json?: boolean }, command: Command) => {
      if (options.before === undefined)
        return command.error("error: required option '--before <month>' not specified", { exitCode: 2 });
      const body = JSON.stringify({ before: options.before, dry_run: options.dryRun === true });
      const told = await cli.call<Archived>({ method: "POST", path: "/v1/archives", body });
      cli.show(told, options, renderArchived);
    })
    .addCommand(
      resultCommand("list", "months of raw events that left the store").action(
        async (_options: unknown, command: Command) => {
          const list = await cli.call<{ data: readonly Archive[] }>({ method: "GET", path: "/v1/archives" });
          cli.show(list, jsonOf(command), renderList);
        },
      ),
    )
    .addCommand(
      resultCommand("restore", "bring an archived month back; its file stays")
        .argument("<month>", "such as 2026-09", readPeriod)
        .action(async (month: string, _options: unknown, command: Command) => {
          const told = await cli.call<Restored>({ method: "POST", path: `/v1/archives/${month}/restore` });
          cli.show(told, jsonOf(command), renderRestored);
        }),
    );
}

/** `tally erase`: names out of everything that is kept. */
export function eraseCommand(cli: Cli): Command {
  return resultCommand("erase", "erase the names of an account and of its resources; ids, usage and bills stay")
    .requiredOption("--account <id>", "whose names")
    .action(async ({ account, ...options }: { account: string; json?: boolean }) => {
      const path = `/v1/accounts/${encodeURIComponent(account)}/erase`;
      const erased = await cli.call<Erasure>({ method: "POST", path });
      cli.show(erased, options, ({ account_id, events, names, messages, erased_by }) => {
        const what = `${events} events, ${names} names of resources, ${messages} refused messages`;
        return `${account_id} · erased by ${erased_by}: ${what}\n`;
      });
    });
}

/** --json before the name of the subcommand is taken by the command around it. */
function jsonOf(command: Command): { json?: boolean } {
  return command.optsWithGlobals();
}

function renderArchived({ run_id, dry_run, months }: Archived): string {
  if (months.length === 0) return "There is nothing to archive.\n";
  const table = renderTable(
    months.map(({ month, events }) => [month, events]),
    { head: ["month", "events"], right: ["events"] },
  );
  return `${table}${dry_run ? "Nothing was done: a dry run." : `Archived by ${run_id ?? "no run"}.`}\n`;
}

function renderList({ data }: { data: readonly Archive[] }): string {
  if (data.length === 0) return "Nothing is archived.\n";
  return renderTable(
    data.map(({ month, state, rows, file, archived_at }) => [month, state, rows, file, archived_at]),
    { head: ["month", "state", "events", "file", "since"], right: ["events"] },
  );
}

function renderRestored({ archive, horizon }: Restored): string {
  const still = horizon === null ? "All events are there." : `Events before ${horizon} are still archived.`;
  return `${archive.month} · ${archive.rows} events are back. ${still}\n`;
}
