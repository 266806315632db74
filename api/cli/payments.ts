import { Command } from "commander";
import type { Payment, Refund } from "../../rating/index.ts";
import { type Cli, readTime, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface AddOptions {
  readonly payer: string;
  readonly currency: string;
  readonly amount: string;
  readonly statement?: string;
  readonly at?: string;
  readonly method?: string;
  readonly note?: string;
  readonly json?: boolean;
}
type Moved = Partial<Payment & Refund> & Pick<Payment, "amount" | "currency" | "payer_account_id" | "statement_id">;

/** `tally payments`: money that came in. */
export function paymentsCommand(cli: Cli): Command {
  return moneyCommand(cli, { name: "payments", description: "money that came in", id: "payment_id", at: "paid_at" });
}

/** `tally refunds`: money given back. */
export function refundsCommand(cli: Cli): Command {
  return moneyCommand(cli, { name: "refunds", description: "money given back", id: "refund_id", at: "refunded_at" });
}

interface Of {
  readonly name: "payments" | "refunds";
  readonly description: string;
  readonly id: "payment_id" | "refund_id";
  readonly at: "paid_at" | "refunded_at";
}

function moneyCommand(cli: Cli, of: Of): Command {
  return new Command(of.name)
    .description(of.description)
    .addCommand(listCommand(cli, of))
    .addCommand(addCommand(cli, of));
}

function listCommand(cli: Cli, { name, id, at }: Of): Command {
  return resultCommand("list", "in the order they were told")
    .option("--account <id>", "of one payer")
    .option("--cursor <text>", "go on where a former list ended")
    .action(async (options: { account?: string; cursor?: string; json?: boolean }) => {
      const path = `/v1/${name}${queryOf({ payer_account_id: options.account, cursor: options.cursor })}`;
      const found = await cli.call<{ data: Moved[]; next_cursor: string | null }>({ method: "GET", path });
      cli.show(found, options, ({ data, next_cursor }) => {
        if (data.length === 0) return `No ${name}.\n`;
        const rows = data.map((moved) => {
          const { payer_account_id, amount, currency, statement_id } = moved;
          return [moved[id] ?? "", payer_account_id, amount, currency, moved[at] ?? "", statement_id ?? "on account"];
        });
        const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
        return (
          renderTable(rows, { head: ["id", "payer", "amount", "currency", "at", "for"], right: ["amount"] }) + more
        );
      });
    });
}

function addCommand(cli: Cli, { name, id, at }: Of): Command {
  return resultCommand("add", "tell of one; the same again changes nothing")
    .argument("<id>", "what it is known by, such as the bank's number")
    .requiredOption("--payer <id>", "whose")
    .requiredOption("--amount <decimal>", "how much")
    .requiredOption("--currency <code>", "such as EUR")
    .option("--statement <id>", "the statement it is for; on account when left out")
    .option("--at <instant>", "when; now when left out", readTime)
    .option("--method <text>", "such as transfer")
    .option("--note <text>", "what else is to be known")
    .action(async (known_by: string, options: AddOptions) => {
      const { payer: payer_account_id, currency, amount, statement: statement_id, method, note } = options;
      const told = { payer_account_id, currency, amount, statement_id, method, note };
      const body = JSON.stringify({ [id]: known_by, ...told, [at]: options.at });
      const moved = await cli.call<Moved>({ method: "POST", path: `/v1/${name}`, body });
      cli.show(moved, options, () => `${known_by}: ${moved.amount} ${currency} of ${payer_account_id} booked.\n`);
    });
}
