import type { Command } from "commander";
import type { Balance, LedgerEntry } from "../../rating/index.ts";
import { type Cli, readPeriod, readTime, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

/** `tally balances`: what payers have and owe. */
export function balancesCommand(cli: Cli): Command {
  return resultCommand("balances", "what payers have and owe, now or at a past moment")
    .option("--account <id>", "one payer")
    .option("--at <instant>", "as it was booked up to then", readTime)
    .option("--cursor <text>", "go on where a former list ended")
    .action(async (options: { account?: string; at?: string; cursor?: string; json?: boolean }) => {
      const path = `/v1/balances${queryOf({ account_id: options.account, at: options.at, cursor: options.cursor })}`;
      const found = await cli.call<{ data: Balance[]; next_cursor: string | null }>({ method: "GET", path });
      const sums = ["unbilled", "receivable", "credits", "prepaid", "balance"] as const;
      cli.show(found, options, ({ data, next_cursor }) => {
        if (data.length === 0) return "Nothing is booked.\n";
        const rows = data.map((row) => [row.payer_account_id, row.currency, ...sums.map((name) => row[name])]);
        const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
        return renderTable(rows, { head: ["payer", "currency", ...sums], right: [...sums] }) + more;
      });
    });
}

interface LedgerOptions {
  readonly account?: string;
  readonly period?: string;
  readonly kind?: string;
  readonly statement?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** `tally ledger`: the entries balances are sums of. */
export function ledgerCommand(cli: Cli): Command {
  return resultCommand("ledger", "entries of the double-entry ledger, in the order they were booked")
    .option("--account <id>", "of one payer")
    .option("--period <month>", "of one month", readPeriod)
    .option("--kind <name>", "such as accrual, statement or payment")
    .option("--statement <id>", "of one document")
    .option("--from <instant>", "booked from then on", readTime)
    .option("--to <instant>", "booked before then", readTime)
    .option("--cursor <text>", "go on where a former list ended")
    .action(async (options: LedgerOptions) => {
      const { account: payer_account_id, statement: statement_id, period, kind, from, to, cursor } = options;
      const path = `/v1/ledger${queryOf({ payer_account_id, statement_id, period, kind, from, to, cursor })}`;
      const found = await cli.call<{ data: LedgerEntry[]; next_cursor: string | null }>({ method: "GET", path });
      const head = ["booked", "posting", "kind", "account", "payer", "debit", "credit", "currency", "by"];
      cli.show(found, options, ({ data, next_cursor }) => {
        if (data.length === 0) return "Nothing is booked.\n";
        const rows = data.map(({ amount, ...entry }) => {
          const isCredit = amount.startsWith("-");
          const sides = isCredit ? ["", amount.slice(1)] : [amount, ""];
          const { booked_at, posting_id, kind: what, ledger_account, payer_account_id: payer } = entry;
          return [booked_at, posting_id, what, ledger_account, payer, ...sides, entry.currency, entry.reference];
        });
        const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
        return renderTable(rows, { head, right: ["debit", "credit"] }) + more;
      });
    });
}
