import type { Command } from "commander";
import type { UsageType } from "../../core/usage-type.ts";
import type { Statement } from "../../rating/index.ts";
import { readablePrice, readableQuantity } from "../line-units.ts";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import { type Client, queryOf } from "./client.ts";
import { renderTable } from "./output.ts";

interface Page {
  readonly data: readonly Statement[];
  readonly next_cursor: string | null;
}

/** `tally statement`: what payers owe for a month, a table per statement. */
export function statementCommand(cli: Cli): Command {
  return resultCommand("statement", "show the statements of a month")
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .option("--account <id>", "of this payer only")
    .action(async (options: { period: string; account?: string; json?: boolean }) => {
      const { statements, types } = await cli.reach(async ({ client }) => ({
        statements: await readAll(client, options),
        types: ((await client.call({ method: "GET", path: "/v1/usage-types" })) as { data: readonly UsageType[] }).data,
      }));
      const none = `No statements for ${options.period}. Is there a rate card, and has the period been rated (tally rate --period ${options.period})?\n`;
      cli.show({ data: statements }, options, () =>
        statements.length === 0 ? none : statements.map((statement) => renderStatement(statement, types)).join("\n"),
      );
    });
}

async function readAll(
  client: Client,
  { period, account }: { period: string; account?: string },
): Promise<Statement[]> {
  const found: Statement[] = [];
  for (let cursor: string | undefined; ;) {
    const path = `/v1/statements${queryOf({ period, account_id: account, cursor, limit: "500" })}`;
    const page = (await client.call({ method: "GET", path })) as Page;
    found.push(...page.data);
    if (page.next_cursor === null) return found;
    cursor = page.next_cursor;
  }
}

function renderStatement(
  { id, payer_account_id, period, currency, state, net, lines }: Statement,
  types: readonly UsageType[],
): string {
  const rows = lines.map((line) => {
    const { quantity, unit } = readableQuantity(line, types);
    return [String(line.line), line.account_id, line.description, quantity, unit, readablePrice(line), line.amount];
  });
  const head = ["line", "account", "item", "quantity", "unit", "unit price", "amount"];
  const title = `${payer_account_id} · ${period} · ${state} · ${id}\n`;
  return `${title}${renderTable(rows, { head, right: ["line", "quantity", "unit price", "amount"] })}Net ${net} ${currency} · why a line is what it is: tally explain ${id}/<line>\n`;
}
