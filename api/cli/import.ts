import { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import { type Cli, resultCommand } from "./cli.ts";
import type { Client } from "../client/client.ts";
import { createProgressBar } from "./progress-bar.ts";
import { type Row, readRows } from "./read-rows.ts";

/** What became of a file. */
interface Imported {
  readonly rows: number;
  readonly written: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

const REFUSED_SHOWN = 20;

/** `tally import accounts FILE`: what another system knows of who uses and who pays. The same file again changes nothing. */
export function importCommand(cli: Cli): Command {
  return new Command("import").description("take over what another system knows").addCommand(
    resultCommand("accounts", "make or change accounts by a file; what a row leaves out stays as it is")
      .argument(
        "<file>",
        ".csv with names in the first line, .ndjson or .json: account_id, name, domain, payer_account_id …",
      )
      .action(async (file: string, options: { json?: boolean }) => {
        const rows = readRows(file);
        const imported = await cli.reach(({ client }) => putAll(cli, client, rows));
        if (imported.refused.length > 0) cli.fail();
        cli.show(imported, options, render);
      }),
  );
}

/** One row after the other, payers first: who pays for others must be there before them. A refused row costs the others nothing. */
async function putAll(cli: Cli, client: Client, rows: readonly Row[]): Promise<Imported> {
  const bar = createProgressBar(cli.output);
  const refused: { line: number; reason: string }[] = [];
  const paysSelf = ({ values }: Row): boolean => values["payer_account_id"] === undefined;
  const inOrder = [...rows.filter(paysSelf), ...rows.filter((row) => !paysSelf(row))];
  try {
    for (const [index, { line, values }] of inOrder.entries()) {
      bar.show({
        kind: "import",
        progress: { what: "writing accounts", done: `${index}`, total: `${rows.length}`, unit: "rows" },
      });
      try {
        const id = values["account_id"];
        if (typeof id !== "string") throw new AppError("invalid-request", "account_id is missing, expected a text");
        const path = `/v1/accounts/${encodeURIComponent(id)}`;
        await client.call({ method: "PUT", path, body: JSON.stringify(values) });
      } catch (error) {
        // A row's own fault; whatever else it is ends the import.
        if (!(error instanceof AppError) || !["invalid-request", "conflict", "not-found"].includes(error.key))
          throw error;
        refused.push({ line, reason: error.message });
      }
    }
  } finally {
    bar.clear();
  }
  const inLines = refused.toSorted((a, b) => a.line - b.line);
  return { rows: rows.length, written: rows.length - refused.length, refused: inLines };
}

function render({ rows, written, refused }: Imported): string {
  const shown = refused.slice(0, REFUSED_SHOWN).map(({ line, reason }) => `  line ${line}: ${reason}\n`);
  const more = refused.length > REFUSED_SHOWN ? `  and ${refused.length - REFUSED_SHOWN} more\n` : "";
  return `${written} of ${rows} accounts are as the file says, ${refused.length} refused\n${shown.join("")}${more}`;
}
