import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { InventoryReport } from "../../aggregate/index.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant } from "../../core/instant.ts";
import { type Cli, collect, readTime, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";

interface Asked {
  readonly source: string;
  readonly at?: string;
  readonly account?: string;
  readonly completeFor?: string[];
  readonly accept?: boolean;
  readonly json?: boolean;
}

const shown = 50;

/** `tally inventory`: what exists, set against what is metered. */
export function inventoryCommand(cli: Cli): Command {
  return resultCommand(
    "inventory",
    "set a list of what exists against what is metered; nothing is changed without --accept",
  )
    .argument("<file>", "one resource a line, as JSON")
    .requiredOption("--source <name>", "the source of events whose things these are")
    .option("--complete-for <kinds>", "kinds or usage types of which nothing exists but what is listed", collect)
    .option("--at <time>", "when this was so; now unless said otherwise", readTime)
    .option("--account <id>", "the list is of this account alone")
    .option("--accept", "send the proposed events in")
    .action(async (file: string, { source, at, account, completeFor = [], accept = false, json = false }: Asked) => {
      const head = {
        source,
        at: at ?? formatInstant(cli.clock.now()),
        ...(account === undefined ? {} : { account_id: account }),
        complete_for: completeFor.map((one) => (/^\d+$/.test(one) ? Number(one) : one)),
      };
      const body = `${JSON.stringify(head)}\n${readFile(file)}`;
      const result = await cli.reach(async ({ client }) => {
        const path = "/v1/inventory";
        const call = { method: "POST", path, body, content_type: "application/x-ndjson" } as const;
        const report = (await client.call(call)) as InventoryReport;
        if (!accept) return report;
        return (await client.call({
          method: "POST",
          path: `${path}/${report.id}/accept`,
          body: "{}",
        })) as InventoryReport;
      });
      if ((result.states["refused"] ?? 0) > 0) cli.fail();
      cli.show(result, { json }, renderReport);
    });
}

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new AppError("not-found", `the file ${file} cannot be read`, { cause });
  }
}

function renderReport({ id, listed, counts, states, data }: InventoryReport): string {
  const told = (figures: Readonly<Record<string, unknown>>): string =>
    Object.entries(figures)
      .map(([name, count]) => `${name.replaceAll("_", " ")} ${String(count)}`)
      .join(", ");
  const head = `inventory ${id}: ${listed} listed; ${told(counts)}\n`;
  if (data.length === 0) return `${head}What is metered is what exists.\n`;
  const rows = data
    .slice(0, shown)
    .map(({ n, action, resource, part, why, state }) => [`${n}`, action, resource, part, why.slice(0, 100), state]);
  const table = renderTable(rows, { head: ["n", "action", "resource", "part", "why", "state"], right: ["n"] });
  const total = Object.values(states).reduce((sum, count) => sum + count, 0);
  const more = total > shown ? `${total - shown} more: GET /v1/inventory/${id}\n` : "";
  return `${head}${table}${more}`;
}
