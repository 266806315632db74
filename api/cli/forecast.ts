import type { Command } from "commander";
import type { Forecast } from "../../rating/index.ts";
import { type Cli, collect, resultCommand } from "./cli.ts";
import { queryOf } from "../client/client.ts";
import { renderTable } from "./output.ts";

interface ForecastOptions {
  readonly period: string;
  readonly account?: readonly string[];
  readonly payer?: readonly string[];
  readonly json?: boolean;
}

/** `tally forecast`: what a month comes to at its end. */
export function forecastCommand(cli: Cli): Command {
  return resultCommand("forecast", "what a month comes to at its end, from what was used so far and what runs now")
    .requiredOption("--period <month>", "a month that has begun, such as 2026-11")
    .option("--account <ids>", "accounts only", collect)
    .option("--payer <ids>", "what these pay for only", collect)
    .action(async ({ period, account, payer, ...options }: ForecastOptions) => {
      const path = `/v1/forecast${queryOf({ period, account_id: account, payer_account_id: payer })}`;
      cli.show(await cli.call<Forecast>({ method: "GET", path }), options, renderForecast);
    });
}

function renderForecast({ period, as_of, assumptions, payers, accounts, truncated }: Forecast): string {
  if (accounts.length === 0) return `Nothing of ${period} is due or expected.\n`;
  const rows = accounts.flatMap(({ account_id, currency, so_far, forecast, lines }) => [
    ...lines.map((line) => [account_id, line.description, line.basis, line.so_far, line.forecast, currency]),
    [account_id, "all", "", so_far, forecast, currency],
  ]);
  const head = ["account", "line", "basis", "so far", "forecast", "currency"];
  const right = ["so far", "forecast"];
  const totals = payers.map((payer) => [payer.payer_account_id, payer.so_far, payer.forecast, payer.currency]);
  const { running, reported, kept, charges, corrections } = assumptions;
  return [
    `${period} as of ${as_of}\n`,
    renderTable(rows, { head, right }),
    renderTable(totals, { head: ["payer", "so far", "forecast", "currency"], right }),
    ...[running, reported, kept, charges, corrections].map((words) => `${words}\n`),
    truncated ? "There are more accounts than are shown.\n" : "",
  ].join("");
}
