import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { AppError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import type { UsageType } from "../../core/usage-type.ts";
import type { Statement } from "../../rating/index.ts";
import { readablePrice, readableQuantity } from "../line-units.ts";
import { type Cli, readPeriod, resultCommand } from "./cli.ts";
import { type Client, queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface Page {
  readonly data: readonly Statement[];
  readonly next_cursor: string | null;
}

interface Options {
  readonly period: string;
  readonly account?: string;
  readonly format?: "pdf" | "html" | "csv" | "ubl";
  readonly out?: string;
  readonly json?: boolean;
}

/** `tally statement`: what payers owe for a month, a table per statement, or files of them. */
export function statementCommand(cli: Cli): Command {
  return resultCommand("statement", "show the statements of a month")
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .option("--account <id>", "of this payer only")
    .addOption(new Option("--format <form>", "write documents").choices(["pdf", "html", "csv", "ubl"]))
    .option("--out <file>", "where to: a file for one statement, else a folder (needs --format)")
    .action(async (options: Options) => {
      if (options.format !== undefined) return writeFiles(cli, { ...options, format: options.format });
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

/** Each statement as a file; several go into a folder under their numbers. */
async function writeFiles(cli: Cli, options: Options & { format: string }): Promise<void> {
  const { period, format, out } = options;
  if (out === undefined)
    throw new AppError("invalid-request", "out is missing, expected a file or folder to write to", { field: "out" });
  const files = await cli.reach(async ({ client }) => {
    const statements = await readAll(client, options);
    if (statements.length > 1) makeFolder(out);
    const ending = format === "ubl" ? "xml" : format;
    const written: string[] = [];
    for (const { id, number } of statements) {
      const path = `/v1/statements/${encodeURIComponent(id)}?format=${format}`;
      const file = statements.length === 1 ? out : join(out, `${(number ?? id).replace(/[^\w.-]+/g, "-")}.${ending}`);
      writeFileSync(file, await client.download({ method: "GET", path }));
      written.push(file);
    }
    return written;
  });
  cli.show({ files }, options, () =>
    files.length === 0 ? `No statements for ${period}.\n` : files.map((file) => `${file}\n`).join(""),
  );
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

function renderStatement(statement: Statement, types: readonly UsageType[]): string {
  const { id, payer_account_id, period, currency, state, net, lines, number, kind, issued_on } = statement;
  const rows = lines.map((line) => {
    const { quantity, unit } = readableQuantity(line, types);
    return [String(line.line), line.account_id, line.description, quantity, unit, readablePrice(line), line.amount];
  });
  const head = ["line", "account", "item", "quantity", "unit", "unit price", "amount"];
  const issued = number === null ? [] : [kind === "credit_note" ? "credit note" : kind, number, issued_on ?? ""];
  const title = `${[payer_account_id, period, state, ...issued, id].join(" · ")}\n`;
  return `${title}${renderTable(rows, { head, right: ["line", "quantity", "unit price", "amount"] })}${renderSums(statement)}Net ${net} ${currency} · why a line is what it is: tally explain ${id}/<line>\n`;
}

/** What comes on top of the net, where something does. */
function renderSums({ taxes, total, credits_applied, payable, paid, open, currency, due_on }: Statement): string {
  const taxed = taxes.map(
    ({ name, rate, period, net, amount }) => `${name} ${rate} % on ${net} of ${period}: ${amount}\n`,
  );
  const isPlain = taxes.length === 0 && total === payable;
  const sums = isPlain ? "" : `Total ${total} ${currency}, credits ${credits_applied}, payable ${payable}\n`;
  const due = due_on === null ? "" : `Due ${due_on}: paid ${paid}, open ${open} ${currency}\n`;
  return `${taxed.join("")}${sums}${due}`;
}
