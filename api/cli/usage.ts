import { type Command, Option } from "commander";
import type { Summary } from "../routes/usage.ts";
import { type Cli, collect, readTime, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface UsageOptions {
  readonly from: string;
  readonly to: string;
  readonly type?: readonly string[];
  readonly account?: readonly string[];
  readonly groupBy?: readonly string[];
  readonly timeZone?: string;
  readonly clip?: boolean;
  readonly basis?: string;
  readonly live?: boolean;
  readonly json?: boolean;
}

/** `tally usage`: the usage summary of the API. */
export function usageCommand(cli: Cli): Command {
  return resultCommand("usage", "sum the published usage of a range")
    .requiredOption("--from <instant>", "windows that start from then on, such as 2026-10-01T00:00:00Z", readTime)
    .requiredOption("--to <instant>", "and before then", readTime)
    .option("--type <ids>", "usage types only", collect)
    .option("--account <ids>", "accounts only", collect)
    .option("--group-by <names>", "account, usage_type, zone, offering, resource, day, month, tag:<key>", collect)
    .option("--time-zone <zone>", "zone of days and months")
    .addOption(
      new Option("--basis <basis>", "when usage counts: in the month that bills it, or at the time of use").choices([
        "billing",
        "usage",
      ]),
    )
    .option("--live", "also what no run has published yet, up to now")
    .option("--clip", "cut usage at both ends instead of taking windows by their start")
    .action(async (options: UsageOptions) => {
      const { from, to, type, account, groupBy, timeZone, clip, basis, live } = options;
      const flags = { clip: clip === true ? "true" : undefined, live: live === true ? "true" : undefined };
      const lists = { usage_type: type, account_id: account, group_by: groupBy };
      const path = `/v1/usage-summary${queryOf({ from, to, ...lists, time_zone: timeZone, basis, ...flags, limit: "10000" })}`;
      const summary = await cli.call<Summary>({ method: "GET", path });
      cli.show(summary, options, renderSummary);
    });
}

function renderSummary({ data, truncated, complete_to, provisional }: Summary): string {
  const names = Object.keys(data[0]?.group ?? {});
  const rows = data.map(({ group, display_quantity, display_unit, records }) => [
    ...names.map((name) => String(group[name] ?? "")),
    display_quantity,
    display_unit,
    String(records),
  ]);
  const table =
    data.length === 0
      ? "No usage in this range.\n"
      : renderTable(rows, { head: [...names, "quantity", "unit", "records"], right: ["quantity", "records"] });
  const complete =
    complete_to === null
      ? "Nothing is published yet."
      : `${provisional ? "Provisional, up to" : "Complete to"} ${complete_to}.`;
  return `${table}${complete}${truncated ? " There are more groups than are shown." : ""}\n`;
}
