import { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import type { Budget, BudgetNotice } from "../../rating/index.ts";
import { type Cli, collect, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface AddOptions {
  readonly name?: string;
  readonly payer?: string;
  readonly account?: string;
  readonly currency: string;
  readonly amount: string;
  readonly at: readonly string[];
  readonly json?: boolean;
}

/** `tally budgets`: budgets of months, and which thresholds were reached. */
export function budgetsCommand(cli: Cli): Command {
  return new Command("budgets")
    .description("budgets of months, and the thresholds that were reached")
    .addCommand(listCommand(cli))
    .addCommand(addCommand(cli))
    .addCommand(removeCommand(cli))
    .addCommand(noticesCommand(cli));
}

function listCommand(cli: Cli): Command {
  return resultCommand("list", "all budgets").action(async (options: { json?: boolean }) => {
    const found = await cli.call<{ data: Budget[] }>({ method: "GET", path: "/v1/budgets" });
    const head = ["id", "version", "name", "of", "amount", "currency", "thresholds"];
    cli.show(found, options, ({ data }) =>
      data.length === 0
        ? "No budgets.\n"
        : renderTable(
            data.map(({ budget_id, version, name, payer_account_id, account_id, amount, currency, thresholds }) => {
              const of = payer_account_id === undefined ? `account ${account_id}` : `payer ${payer_account_id}`;
              const at = thresholds.map((threshold) => `${threshold.percent}% ${threshold.of}`).join(", ");
              return [budget_id, version, name, of, amount, currency, at];
            }),
            { head, right: ["version", "amount"] },
          ),
    );
  });
}

function addCommand(cli: Cli): Command {
  return resultCommand("add", "make a budget")
    .argument("<id>", "what it is called from now on")
    .option("--name <text>", "the id when left out")
    .option("--payer <id>", "of a payer with all it pays for")
    .option("--account <id>", "or of one account")
    .requiredOption("--amount <decimal>", "for a month")
    .requiredOption("--currency <code>", "of its bills, such as EUR")
    .requiredOption("--at <percent[:forecast]>", "a threshold, such as 80, or 100:forecast; may be repeated", collect)
    .action(async (budget_id: string, options: AddOptions) => {
      const { name, payer: payer_account_id, account: account_id, amount, currency } = options;
      const thresholds = options.at.map(readThreshold);
      const body = JSON.stringify({ budget_id, name, payer_account_id, account_id, amount, currency, thresholds });
      const budget = await cli.call<Budget>({ method: "POST", path: "/v1/budgets", body });
      cli.show(budget, options, () => `${budget_id} is a budget of ${amount} ${currency} a month.\n`);
    });
}

function removeCommand(cli: Cli): Command {
  return resultCommand("remove", "hold no month against a budget any more; its notices stay")
    .argument("<id>")
    .action(async (id: string, options: { json?: boolean }) => {
      const path = `/v1/budgets/${encodeURIComponent(id)}`;
      const budget = await cli.reach(async ({ client }) => {
        const { version } = (await client.call({ method: "GET", path })) as Budget;
        return (await client.call({ method: "DELETE", path, if_match: `"${version}"` })) as Budget;
      });
      cli.show(budget, options, () => `${id} is no budget any more.\n`);
    });
}

function noticesCommand(cli: Cli): Command {
  return resultCommand("notices", "thresholds that were reached")
    .argument("[id]", "of one budget")
    .option("--period <month>", "of one month")
    .option("--cursor <text>", "go on where a former list ended")
    .action(async (id: string | undefined, options: { period?: string; cursor?: string; json?: boolean }) => {
      const { period, cursor } = options;
      const list = id === undefined ? "/v1/budget-notices" : `/v1/budgets/${encodeURIComponent(id)}/notices`;
      const path = `${list}${queryOf({ period, cursor })}`;
      const found = await cli.call<{ data: BudgetNotice[]; next_cursor: string | null }>({ method: "GET", path });
      const head = ["period", "budget", "at", "of", "threshold", "amount", "currency", "noticed", "state"];
      cli.show(found, options, ({ data, next_cursor }) => {
        if (data.length === 0) return "No notices.\n";
        const rows = data.map((notice) => {
          const { budget_id, percent, of, threshold, state_amount, currency, noticed_at, state } = notice;
          return [notice.period, budget_id, `${percent}%`, of, threshold, state_amount, currency, noticed_at, state];
        });
        const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
        return renderTable(rows, { head, right: ["at", "threshold", "amount"] }) + more;
      });
    });
}

function readThreshold(text: string): { percent: string; of: string } {
  const [, percent, of = "actual"] = /^([\d.]+)(?::(actual|forecast))?$/.exec(text) ?? [];
  if (percent !== undefined) return { percent, of };
  throw new AppError(
    "invalid-request",
    `at is ${JSON.stringify(text)}, expected a percentage, such as 80 or 100:forecast`,
    {
      field: "at",
    },
  );
}
