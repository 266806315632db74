import type { Command } from "commander";
import { AppError } from "../../core/errors.ts";
import type { AccountDifference, TotalDifference } from "../../rating/index.ts";
import { type Cli, collect, readPeriod, resultCommand } from "./cli.ts";
import { renderTable } from "./output.ts";
import { readCardFile } from "./read-card-file.ts";

interface PreviewOptions {
  readonly period: string;
  readonly id?: string;
  readonly everyone?: boolean;
  readonly account?: readonly string[];
  readonly json?: boolean;
}

interface Preview {
  readonly totals: readonly TotalDifference[];
  readonly accounts: readonly AccountDifference[];
}

/** `tally rate-cards preview`: what a month would have come to, had a file been the card. Puts nothing. */
export function previewCommand(cli: Cli): Command {
  return resultCommand("preview", "what a month's real use would cost by a file, beside what it is rated at")
    .argument("<file>", "such as export writes it; - = standard input")
    .requiredOption("--period <month>", "such as 2026-10", readPeriod)
    .option("--id <card>", "the card it would take the place of, where the file says nothing else")
    .option("--everyone", "as if all accounts were on it")
    .option("--account <ids>", "accounts only", collect)
    .action(async (file: string, { period, id, everyone = false, account, ...options }: PreviewOptions) => {
      const { rate_card_id, state: _state, ...card } = readCardFile(file);
      const place = id ?? (typeof rate_card_id === "string" ? rate_card_id : "");
      if (place === "" && !everyone)
        throw new AppError(
          "invalid-request",
          "rate_card_id is missing; expected it in the file, or --id or --everyone",
          {
            field: "rate_card_id",
          },
        );
      const body = JSON.stringify({ card, period, accounts: account, ...(everyone ? {} : { rate_card_id: place }) });
      const found = await cli.call<Preview>({ method: "POST", path: "/v1/rate-preview", body });
      cli.show(found, options, renderPreview);
    });
}

function renderPreview({ totals, accounts }: Preview): string {
  if (accounts.length === 0) return "Nothing was used, or is due.\n";
  const rows = [
    ...accounts.map((of) => [of.account_id, of.payer_account_id, of.currency, of.rated, of.preview, of.difference]),
    ...totals.map((of) => ["all", "", of.currency, of.rated, of.preview, of.difference]),
  ];
  const figures = ["rated", "preview", "difference"];
  return renderTable(rows, { head: ["account", "payer", "currency", ...figures], right: figures });
}
