import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import Type from "typebox";
import { monthBounds, monthOf, prevMonth } from "../../core/calendar.ts";
import { Dec, dec, formatFixed } from "../../core/decimal.ts";
import { assert } from "../../core/errors.ts";
import { createSimulation, type SimulationProgress } from "../../core/simulator/simulation.ts";
import { defineQuery } from "../../core/sql.ts";
import { csvLines, type RateOutcome, type Statement } from "../../rating/index.ts";
import { everyStatement, readAccounts } from "../every-page.ts";
import type { System } from "../system.ts";
import { demoRateCard } from "./rate-card.ts";

/** What the demo came to, for the terminal. */
export interface DemoOutcome {
  readonly period: string;
  readonly events: number;
  readonly resources: number;
  readonly statements: readonly { readonly statement: Statement; readonly payer: string }[];
  readonly sums: readonly SumCheck[];
  readonly csv_file: string;
}

/** One currency: what the billing records come to and what the statement lines come to, both exact; then what is asked for. */
export interface SumCheck {
  readonly currency: string;
  readonly records: string;
  readonly billed: string;
  readonly lines: string;
  readonly net: string;
}

/** How big the cloud is, and how a step that takes a while is told. */
export interface DemoOptions {
  readonly machines: number;
  readonly accounts: number;
  readonly out_dir: string;
  step<T>(name: string, act: (progress: (text: string) => void) => Promise<T>, say: (result: T) => string): Promise<T>;
}

const selectBilled = defineQuery(
  "api/billed_sum",
  Type.Object({ period: Type.String(), run_seq: Type.String() }),
  Type.Object({ currency: Type.String(), records: Type.String(), amount: Type.String() }),
);

/** The same cloud in every demo of a month. */
const seed = "tallyhouse demo";

/** A simulated cloud lives through the last calendar month, its windows are published, rated and put on statements. */
export async function runDemo(
  system: System,
  { machines, accounts, out_dir, step }: DemoOptions,
): Promise<DemoOutcome> {
  const by = "demo";
  const zone = await system.settings.get("usage.aggregation.timezone");
  const period = prevMonth(monthOf({ zone, at: system.clock.now() }));
  const { start: from, end: to } = monthBounds({ zone, month: period });
  const simulation = createSimulation({ seed: `${seed} ${period}`, from, to, accounts, resources: machines });

  await step(
    "A cloud is set up",
    async () => {
      await simulation.install({ accounts: system.accounts, catalogue: system.catalogue, by });
      return system.rateCards.put(await system.settings.get("rating.default.rate.card"), demoRateCard, by);
    },
    ({ tariffs }) => `${simulation.cloud.accounts.length} accounts, ${tariffs.length} tariffs`,
  );
  const engine = system.engine();
  const lived = await step(
    `It lives through ${period}`,
    (progress) => simulation.run({ engine, clock: system.clock, on_progress: (at) => progress(share(at)) }),
    ({ events }) => `${events} events in the log`,
  );
  const resources = (await engine.list()).length;
  await step(
    "Windows are published",
    () => system.aggregate({ until: to }),
    ({ counts }) => `${counts["records"] ?? "0"} usage records in ${counts["windows"] ?? "0"} daily windows`,
  );
  const rated = await step(
    "Records are rated",
    () => system.rate({ period }),
    ({ totals }) =>
      totals.map(({ records, statements }) => `${records} billing records on ${statements} statements`).join(", "),
  );
  const known = await readAccounts(system.accounts);
  const nameOf = (account_id: string): string => known.get(account_id)?.name ?? account_id;
  const statements = await readStatements(system, { period, nameOf });
  const sums = await checkSums(system, { period, rated, statements: statements.map(({ statement }) => statement) });
  const csv_file = await step(
    "Lines are exported",
    () => writeCsv({ period, out_dir, statements, nameOf }),
    (file) => file,
  );
  return { period, events: lived.events, resources, statements, sums, csv_file };
}

function share({ commands, commands_total, events }: SimulationProgress): string {
  return `${Math.floor((commands / Math.max(commands_total, 1)) * 100)} %, ${events} events`;
}

async function readStatements(
  { statements }: System,
  { period, nameOf }: { period: string; nameOf: (account_id: string) => string },
): Promise<DemoOutcome["statements"]> {
  const found: { statement: Statement; payer: string }[] = [];
  for await (const statement of everyStatement(statements, { period })) {
    found.push({ statement, payer: nameOf(statement.payer_account_id) });
  }
  return found;
}

/** Adds up both ends of the way by themselves; they are the same to the last digit, or the demo stops (P10). */
async function checkSums(
  { store }: System,
  made: { period: string; rated: RateOutcome; statements: readonly Statement[] },
): Promise<SumCheck[]> {
  const { period, rated, statements } = made;
  const billed = await selectBilled(store.read, { period, run_seq: rated.run.seq.toString() });
  return billed.map(({ currency, records, amount }) => {
    const own = statements.filter((statement) => statement.currency === currency);
    const lines = own
      .flatMap((statement) => statement.lines)
      .reduce((sum, line) => sum.plus(dec(line.exact_amount)), new Dec(0));
    const net = own.reduce((sum, statement) => sum.plus(dec(statement.net)), new Dec(0));
    assert(
      lines.equals(dec(amount)),
      `billing records come to ${amount} ${currency}, statement lines to ${formatFixed(lines, 9)}`,
    );
    return {
      currency,
      records,
      billed: formatFixed(dec(amount), 9),
      lines: formatFixed(lines, 9),
      net: formatFixed(net, 2),
    };
  });
}

async function writeCsv(lines: {
  period: string;
  out_dir: string;
  statements: DemoOutcome["statements"];
  nameOf: (account_id: string) => string;
}): Promise<string> {
  const file = resolve(lines.out_dir, `demo-${lines.period}.csv`);
  mkdirSync(dirname(file), { recursive: true });
  const csv = csvLines(
    lines.statements.map(({ statement }) => statement),
    lines.nameOf,
  );
  await pipeline(Readable.from(csv), createWriteStream(file));
  return file;
}
