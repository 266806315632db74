import type { Command } from "commander";
import type { UsageDifference } from "../../aggregate/index.ts";
import { type Cli, collect, resultCommand } from "./cli.ts";
import { queryOf } from "./client.ts";
import { renderTable } from "./output.ts";

interface DiffPage {
  readonly data: readonly UsageDifference[];
  readonly next_cursor: string | null;
}

interface DiffOptions {
  readonly account?: readonly string[];
  readonly limit?: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** `tally diff RUN`: which usage records a run of aggregation changed, or a dry one would have changed, and by how much. */
export function diffCommand(cli: Cli): Command {
  return resultCommand("diff", "usage records that a run changed, or a dry one would have changed")
    .argument("<run>", "id of the run")
    .option("--account <ids>", "accounts only", collect)
    .option("--limit <count>", "so many records at most")
    .option("--cursor <text>", "go on where a former list ended")
    .action(async (run: string, { account, limit, cursor, json = false }: DiffOptions) => {
      const query = queryOf({ account_id: account, limit, cursor });
      const path = `/v1/runs/${encodeURIComponent(run)}/diff${query}`;
      cli.show(await cli.call<DiffPage>({ method: "GET", path }), { json }, renderDiff);
    });
}

function renderDiff({ data, next_cursor }: DiffPage): string {
  if (data.length === 0) return "Nothing changed.\n";
  const rows = data.map((change) => [
    change.account_id,
    String(change.usage_type),
    change.resource,
    change.part,
    change.window.start,
    change.quantity_before ?? "-",
    change.quantity_after ?? "-",
    change.difference,
  ]);
  const figures = ["before", "after", "difference"];
  const head = ["account", "type", "resource", "part", "window", ...figures];
  const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
  return renderTable(rows, { head, right: figures }) + more;
}
