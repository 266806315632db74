import { Command, InvalidArgumentError } from "commander";
import { createLog } from "../../core/log.ts";
import type { UsageType } from "../../core/usage-type.ts";
import { startAll } from "../all.ts";
import { type DemoOptions, type DemoOutcome, runDemo } from "../demo/demo.ts";
import { freshDemoFolder } from "../demo/folder.ts";
import { readablePrice, readableQuantity } from "../line-units.ts";
import type { Cli } from "./cli.ts";
import { renderTable } from "./output.ts";
import { stopOnSignal } from "./stop-on-signal.ts";

const PAYERS_SHOWN = 3;
const LINES_SHOWN = 8;
const loopback = new Set(["127.0.0.1", "localhost", "::1"]);

/** `tally demo`: from nothing to a bill, with a simulated cloud; the pages stay up. */
export function demoCommand(cli: Cli): Command {
  return new Command("demo")
    .description("let a simulated cloud live through last month, bill it, and show the pages")
    .option("--once", "end after printing, without the pages")
    .option("--machines <n>", "machines that live (volumes come on top)", readMachines, 1200)
    .action(async (options: { once?: boolean; machines: number }) => {
      const config = cli.config();
      const { out } = cli.output;
      const data_dir = freshDemoFolder(config.data_dir);
      out(`Demo data goes to ${data_dir}; a former demo there is replaced.\n`);
      const open_page = loopback.has(config.host);
      // The month is over and all of it is published below: no jobs beside it.
      const own = { ...config, data_dir, ...(options.once === true ? { port: 0 } : {}) };
      const log = createLog(config.log_level === "info" ? "warn" : config.log_level);
      const running = await startAll(own, { clock: cli.clock, log, open_page, next_port_free: true, jobs: false });
      let outcome: DemoOutcome;
      try {
        const began = cli.clock.now();
        outcome = await runDemo(running.system, {
          machines: options.machines,
          accounts: 40,
          out_dir: "out",
          step: tellSteps(cli),
        });
        out(renderDemo(outcome, running.system.usageTypes.list()));
        out(`From nothing to ${outcome.statements.length} statements in ${seconds(cli.clock.now() - began)}.\n`);
      } catch (error) {
        await running.stop();
        throw error;
      }
      if (options.once === true) return running.stop();
      const end = stopOnSignal(running.stop, cli.clock);
      out(`\nThe pages are at ${running.url} until you press Ctrl-C.\n`);
      out(`On the command line: TALLY_DATA_DIR=${data_dir} npx tally statement --period ${outcome.period}\n`);
      if (running.new_admin_token !== null)
        out(`Token for the API (and for the pages, where they ask for one):\n    ${running.new_admin_token}\n`);
      await end();
    });
}

/** A line per step when it is done; while it goes on, a line that is written over, where a person watches. */
function tellSteps({ output, clock }: Cli): DemoOptions["step"] {
  return async (name, act, say) => {
    const began = clock.now();
    const progress = (text: string): void =>
      output.is_live ? output.err(`\r  … ${name}: ${text}\u001b[K`) : undefined;
    progress("");
    const result = await act(progress);
    if (output.is_live) output.err("\r\u001b[K");
    output.out(`  ${name.padEnd(26)} ${seconds(clock.now() - began).padStart(6)}   ${say(result)}\n`);
    return result;
  };
}

function renderDemo({ period, events, resources, statements, sums }: DemoOutcome, types: readonly UsageType[]): string {
  const shown = statements.slice(0, PAYERS_SHOWN).map(({ statement, payer }) => {
    const lines = statement.lines.slice(0, LINES_SHOWN);
    const rows = lines.map((line) => {
      const { quantity, unit } = readableQuantity(line, types);
      return [line.description, quantity, unit, readablePrice(line), line.amount];
    });
    const more = statement.lines.length - lines.length;
    const table = renderTable(rows, {
      head: ["item", "quantity", "unit", "unit price", "amount"],
      right: ["quantity", "unit price", "amount"],
    });
    return `\n${payer}, ${period}\n${table}${more > 0 ? `… ${more} more ${more === 1 ? "line" : "lines"}; ` : ""}net ${statement.net} ${statement.currency}\n`;
  });
  const unrated = statements
    .flatMap(({ statement }) => statement.lines)
    .filter(({ kind }) => kind === "unrated").length;
  const totals = sums.map(
    ({ currency, records, billed, lines, net }) =>
      `\nAll ${statements.length} statements: net ${net} ${currency}\n` +
      `Sum check: ${records} billing records ${billed} ${currency} = statement lines ${lines} ${currency}, before lines are rounded to cents\n`,
  );
  const gaps =
    unrated === 0
      ? ""
      : `${unrated} lines have no price: large machines are left out of the demo's rate card, and such use is never lost.\n`;
  return `${shown.join("")}${totals.join("")}${gaps}${events} events of ${resources} resources.\n`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function readMachines(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("Expected a whole number above 0.");
}
