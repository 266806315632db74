import type { Command } from "commander";
import type { UsageDifference } from "../../aggregate/index.ts";
import { type Cli, collect, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import type { RatingDiffByAccount, RatingDiffByRecord } from "../routes/rating-diff.ts";
import { renderTable } from "./output.ts";
import { renderRatingDiff } from "./render-rating-diff.ts";

interface UsageDiff {
  readonly data: readonly UsageDifference[];
  readonly next_cursor: string | null;
}

type Diff = UsageDiff | RatingDiffByAccount | RatingDiffByRecord;

interface DiffOptions {
  readonly account?: readonly string[];
  readonly records?: boolean;
  readonly limit?: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** `tally diff RUN`: which usage records a run of aggregation changed, or a dry one would have, and by how much; or which bills one of rating. */
export function diffCommand(cli: Cli): Command {
  return resultCommand("diff", "usage records or bills that a run changed, or a dry one would have changed")
    .argument("<run>", "id of the run")
    .option("--account <ids>", "accounts only", collect)
    .option("--records", "of a rating run: record by record, instead of account by account")
    .option("--limit <count>", "so many accounts or records at most")
    .option("--cursor <text>", "go on where a former list ended")
    .action(async (run: string, { account, records = false, limit, cursor, json = false }: DiffOptions) => {
      const query = queryOf({ account_id: account, by: records ? "record" : undefined, limit, cursor });
      const path = `/v1/runs/${encodeURIComponent(run)}/diff${query}`;
      cli.show(await cli.call<Diff>({ method: "GET", path }), { json }, renderDiff);
    });
}

function renderDiff(diff: Diff): string {
  const { next_cursor } = diff;
  const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
  return `${"by" in diff ? renderRatingDiff(diff) : renderUsage(diff)}${more}`;
}

function renderUsage({ data }: UsageDiff): string {
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
  return renderTable(rows, { head, right: figures });
}
