import { Command } from "commander";
import type { Credit, CreditDraw } from "../../rating/index.ts";
import { type Cli, readTime, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface AddOptions {
  readonly payer: string;
  readonly currency: string;
  readonly amount: string;
  readonly prepayment?: boolean;
  readonly priority?: string;
  readonly from?: string;
  readonly expires?: string;
  readonly note?: string;
  readonly json?: boolean;
}

/** `tally credits`: what payers were given or have bought, and where it went. */
export function creditsCommand(cli: Cli): Command {
  return new Command("credits")
    .description("credits of payers: promotions, and what was bought in advance")
    .addCommand(listCommand(cli))
    .addCommand(addCommand(cli))
    .addCommand(showCommand(cli))
    .addCommand(endCommand(cli));
}

function listCommand(cli: Cli): Command {
  return resultCommand("list", "credits with what is left of each")
    .option("--account <id>", "of one payer")
    .option("--cursor <text>", "go on where a former list ended")
    .action(async (options: { account?: string; cursor?: string; json?: boolean }) => {
      const query = queryOf({ payer_account_id: options.account, cursor: options.cursor });
      const path = `/v1/credits${query}`;
      const found = await cli.call<{ data: Credit[]; next_cursor: string | null }>({ method: "GET", path });
      const head = ["id", "payer", "kind", "amount", "remaining", "currency", "priority", "from", "expires", "state"];
      cli.show(found, options, ({ data, next_cursor }) => {
        if (data.length === 0) return "No credits.\n";
        const rows = data.map((credit) => {
          const { credit_id, payer_account_id, kind, amount, remaining, currency, priority, state } = credit;
          const span = [credit.valid_from, credit.expires_at ?? "never"];
          return [credit_id, payer_account_id, kind, amount, remaining, currency, `${priority}`, ...span, state];
        });
        const more = next_cursor === null ? "" : `There are more: --cursor ${next_cursor}\n`;
        return renderTable(rows, { head, right: ["amount", "remaining", "priority"] }) + more;
      });
    });
}

function addCommand(cli: Cli): Command {
  return resultCommand("add", "grant a credit; the same again changes nothing")
    .argument("<id>", "what it is called from now on")
    .requiredOption("--payer <id>", "who gets it")
    .requiredOption("--amount <decimal>", "how much")
    .requiredOption("--currency <code>", "of the statements it is for, such as EUR")
    .option("--prepayment", "it was bought: the money is booked with it")
    .option("--priority <number>", "lower ones are drawn first; 100 when left out")
    .option("--from <instant>", "covers usage from then on; from now on when left out", readTime)
    .option("--expires <instant>", "covers usage before then; all when left out", readTime)
    .option("--note <text>", "what for")
    .action(async (credit_id: string, options: AddOptions) => {
      const { payer, currency, amount, prepayment, priority, from, expires, note } = options;
      const body = JSON.stringify({
        credit_id,
        payer_account_id: payer,
        currency,
        amount,
        kind: prepayment === true ? "prepayment" : "promotion",
        priority: priority === undefined ? undefined : Number(priority),
        valid_from: from,
        expires_at: expires,
        note,
      });
      const credit = await cli.call<Credit>({ method: "POST", path: "/v1/credits", body });
      cli.show(credit, options, () => `${credit_id}: ${credit.remaining} ${currency} are left for ${payer}.\n`);
    });
}

function showCommand(cli: Cli): Command {
  return resultCommand("show", "a credit, and which statements it went to")
    .argument("<id>")
    .action(async (id: string, options: { json?: boolean }) => {
      const path = `/v1/credits/${encodeURIComponent(id)}`;
      const found = await cli.call<Credit & { draws: CreditDraw[] }>({ method: "GET", path });
      cli.show(found, options, ({ amount, remaining, currency, payer_account_id, state, draws }) => {
        const line = `${id} of ${payer_account_id}: ${remaining} of ${amount} ${currency} left, ${state}\n`;
        const head = ["statement", "number", "period", "amount", "drawn"];
        const rows = draws.map((draw) => [draw.statement_id, draw.number, draw.period, draw.amount, draw.drawn_at]);
        return rows.length === 0 ? line : line + renderTable(rows, { head, right: ["amount"] });
      });
    });
}

function endCommand(cli: Cli): Command {
  return resultCommand("end", "draw on a credit no more")
    .argument("<id>")
    .requiredOption("--reason <text>", "why")
    .action(async (id: string, options: { reason: string; json?: boolean }) => {
      const path = `/v1/credits/${encodeURIComponent(id)}/end`;
      const credit = await cli.call<Credit>({ method: "POST", path, body: JSON.stringify({ reason: options.reason }) });
      cli.show(credit, options, () => `${id} has ended; ${credit.remaining} ${credit.currency} were left.\n`);
    });
}
