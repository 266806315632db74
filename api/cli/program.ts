import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { Clock } from "../../core/clock.ts";
import { aggregateCommand } from "./aggregate.ts";
import { type Cli, createCli } from "./cli.ts";
import { archiveCommand, eraseCommand } from "./archive.ts";
import { backupCommand, restoreCommand } from "./backup.ts";
import { backfillCommand } from "./backfill.ts";
import { budgetsCommand } from "./budgets.ts";
import { closeCommand } from "./close.ts";
import { completionCommand } from "./completion.ts";
import { creditsCommand } from "./credits.ts";
import { demoCommand } from "./demo.ts";
import { diffCommand } from "./diff.ts";
import { domainsCommand } from "./domains.ts";
import { doctorCommand } from "./doctor.ts";
import { finalizeCommand, reissueCommand, voidCommand, writeOffCommand } from "./finalize.ts";
import { explainCommand } from "./explain.ts";
import { exportCommand } from "./export.ts";
import { findingsCommand } from "./findings.ts";
import { forecastCommand } from "./forecast.ts";
import { importCommand } from "./import.ts";
import { ingestCommand } from "./ingest.ts";
import { inventoryCommand } from "./inventory.ts";
import { keysCommand } from "./keys.ts";
import { balancesCommand, ledgerCommand } from "./ledger.ts";
import { migrateCommand } from "./migrate.ts";
import { notificationsCommand, webhooksCommand } from "./notifications.ts";
import { type Output, renderError } from "./output.ts";
import { paymentsCommand, refundsCommand } from "./payments.ts";
import { issuerCommand, profileCommand, taxRatesCommand } from "./profiles.ts";
import { quarantineCommand } from "./quarantine.ts";
import { rateCommand } from "./rate.ts";
import { rateCardsCommand } from "./rate-cards.ts";
import { repeatCommand } from "./repeat.ts";
import { replayCommand } from "./replay.ts";
import { serveCommand } from "./serve.ts";
import { settingsCommand } from "./settings.ts";
import { statementCommand } from "./statement.ts";
import { usageCommand } from "./usage.ts";
import { usageTypesCommand } from "./usage-types.ts";
import { usersCommand } from "./users.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const makers = [
  serveCommand,
  demoCommand,
  ingestCommand,
  backfillCommand,
  replayCommand,
  aggregateCommand,
  repeatCommand,
  diffCommand,
  closeCommand,
  rateCommand,
  finalizeCommand,
  voidCommand,
  reissueCommand,
  writeOffCommand,
  usageCommand,
  usageTypesCommand,
  rateCardsCommand,
  forecastCommand,
  budgetsCommand,
  statementCommand,
  creditsCommand,
  paymentsCommand,
  refundsCommand,
  balancesCommand,
  ledgerCommand,
  webhooksCommand,
  notificationsCommand,
  issuerCommand,
  profileCommand,
  taxRatesCommand,
  explainCommand,
  exportCommand,
  importCommand,
  settingsCommand,
  keysCommand,
  usersCommand,
  domainsCommand,
  quarantineCommand,
  archiveCommand,
  eraseCommand,
  findingsCommand,
  inventoryCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  migrateCommand,
  completionCommand,
];

/** All commands, each to be run. */
export function createProgram(cli: Cli): Command {
  const program = new Command("tally")
    .description("Usage metering and billing. Settings and variables: see README.md.")
    .version(version, "-V, --version", "tell the version")
    // Behind a command's name an option is the command's: of `rates export --version 2` the version is a rate card's.
    .enablePositionalOptions();
  for (const make of makers) program.addCommand(make(cli));
  return program;
}

/** `keys create`: what a command is called below tally. */
export function nameOf(command: Command): string {
  const above = command.parent;
  if (above === null) return "";
  return `${nameOf(above)} ${command.name()}`.trim();
}

/** Runs one command and answers the exit status: 0 done, 1 failed, 2 bad usage. `environment` is the process's own when left out. */
export async function runCommandLine(
  argv: readonly string[],
  given: { output: Output; clock: Clock; environment?: Readonly<Record<string, string | undefined>> },
): Promise<number> {
  const { output } = given;
  const cli = createCli(given);
  const program = createProgram(cli);
  program.hook("preAction", (_program, command) => cli.begin(nameOf(command)));
  quiet(program, output);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return cli.failed() ? 1 : 0;
  } catch (error) {
    // Help asked for ends in an error too, with status 0; commander has printed all it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    output.err(renderError(error));
    return 1;
  }
}

/** Commander neither ends the process nor writes past `output`, in no command. */
function quiet(command: Command, output: Output): void {
  command
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.out(text), writeErr: (text) => output.err(text) });
  for (const sub of command.commands) quiet(sub, output);
}
