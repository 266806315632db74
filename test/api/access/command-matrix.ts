import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { commandRules, dataDirectory, mayUse } from "../../../api/access/rules.ts";
import { programAt } from "../../programs.ts";
import { tally, type Told } from "../run-tally.ts";
import { argvFor, type CommandCase, commandCases, foreignCases } from "./command-cases.ts";
import type { Recorder, Seen } from "./recorder.ts";
import { type CallerName, callers, isScoped, type Tenants } from "./tenants.ts";

/** What a command said, how it ended, and what it asked the server for. */
interface Outcome extends Told {
  readonly seen: readonly Seen[];
}
interface At {
  readonly recorder: Recorder;
  readonly folder: string;
}

/** Runs every command as every caller, and holds it to the rules; gives the rows of the page. */
export async function measureCommands(on: Tenants, at: At): Promise<string[]> {
  const asked = new Map(Object.keys(commandRules).map((name) => [name, new Set<string>()]));
  const rows: string[] = [];
  for (const one of await commandCases(on, at.folder)) {
    const name = commandOf(one.argv);
    const outcomes = await outcomesOf(on, at, one);
    const wanted = outcomes.admin.seen.map(({ operation }) => operation);
    for (const operation of wanted) asked.get(name)?.add(operation);
    const cells = callers.map((caller) =>
      cellOf(one, { name, caller, outcome: outcomes[caller], of: outcomes.admin.seen }),
    );
    const shown = one.shown === undefined ? name : `${name} (${one.shown})`;
    rows.push(`| \`${shown}\` | ${cells.join(" | ")} | ${cells.includes("here") ? "" : (one.status ?? 0)} |`);
  }
  // Work that ends at once is not asked how far it is.
  const mayBeLeft = new Set(["getRun", "getOperation"]);
  for (const [name, line] of Object.entries(commandRules)) {
    const of = [...(asked.get(name) ?? [])];
    const named = line === dataDirectory ? [] : line.filter((one) => of.includes(one) || !mayBeLeft.has(one));
    expect.soft(of.toSorted(), `tally ${name} asks for what its line names`).toEqual(named.toSorted());
  }
  return rows;
}

/** What a customer asks of another one is refused as if there were no such customer. */
export async function measureForeign(on: Tenants, at: At): Promise<void> {
  for (const caller of ["account", "domain-admin"] as const) {
    for (const argv of foreignCases(on)) {
      const { status, out, err, seen } = await runAs(on, at, { caller, one: { argv } });
      const what = `${caller}: tally ${argv.join(" ")}: ${err}${out}`;
      expect.soft([status, out, seen[0]?.status], what).toEqual([1, "", 404]);
      const echoed = argv.flatMap((word) => word.split(/[,/]/));
      const left = echoed.reduce((text, word) => text.replaceAll(word, ""), err.toLowerCase());
      expect.soft(left, what).not.toContain("zebra");
    }
    const argv = ["users", "list", "--account", "zebra-id"];
    const { status, out } = await runAs(on, at, { caller, one: { argv } });
    expect.soft([status, out.includes("zebra")]).toEqual([0, false]);
  }
}

/** What came of it, held to what the caller's role says of all that the command asks for: `of`, as an admin is let do it. */
function cellOf(
  { argv, status: expected = 0 }: CommandCase,
  { name, caller, outcome, of }: { name: string; caller: CallerName; outcome: Outcome; of: readonly Seen[] },
): string {
  const { status, out, err, seen } = outcome;
  const what = `${caller}: tally ${argv.join(" ")}: ${err}${out}`;
  if (isScoped(caller) || caller === "producer" || caller === "anonymous")
    expect.soft((out + err).toLowerCase(), what).not.toContain("zebra");
  if (commandRules[name] === dataDirectory) {
    expect.soft([status, seen.length], what).toEqual([1, 0]);
    expect.soft(out + err, what).toContain("without TALLY_URL");
    return "here";
  }
  const may = of.every(({ operation }) => caller !== "anonymous" && mayUse(caller, operation));
  const refused = seen.map((one) => one.status).filter((one) => one === 401 || one === 403);
  expect.soft(refused, what).toEqual(may ? [] : [caller === "anonymous" ? 401 : 403]);
  expect.soft(status, what).toBe(may ? expected : 1);
  // What may be read is told (the readiness of a month) before the rest is refused.
  if (!may && refused.length === seen.length) expect.soft(out, what).toBe("");
  const reads = of.length > 0 && of.every(({ method }) => method === "GET");
  return may ? (isScoped(caller) && reads ? "own" : "yes") : "no";
}

/** The admin first: what it asks for is what the command is about. */
async function outcomesOf(on: Tenants, at: At, one: CommandCase): Promise<Record<CallerName, Outcome>> {
  const order = callers.toReversed();
  const apart = one.apart === true ? await tallyApart(order.map((caller) => asOf(on, at, { caller, one }))) : [];
  const outcomes: [CallerName, Outcome][] = [];
  for (const [index, caller] of order.entries())
    outcomes.push([caller, await runAs(on, at, { caller, one }, apart[index])]);
  return Object.fromEntries(outcomes) as Record<CallerName, Outcome>;
}

interface Run {
  readonly caller: CallerName;
  readonly one: CommandCase;
}

/** As somebody who has nothing but the server's address and a token. */
function asOf({ tokens }: Tenants, { recorder, folder }: At, { caller, one }: Run) {
  const token = caller === "anonymous" ? "" : tokens[caller];
  const environment = { TALLY_URL: recorder.url, TALLY_DATA_DIR: join(folder, "none"), TALLY_TOKEN: token };
  return { environment, argv: argvFor(one, caller) };
}

/** Runs it, unless it was run already. */
async function runAs(on: Tenants, at: At, run: Run, already?: Told): Promise<Outcome> {
  const { environment, argv } = asOf(on, at, run);
  const told = already ?? (await tally(environment, ...argv));
  const token = environment.TALLY_TOKEN;
  if (token !== "") expect(told.out + told.err, argv.join(" ")).not.toContain(token);
  return { ...told, seen: at.recorder.take(token) };
}

async function tallyApart(asked: readonly ReturnType<typeof asOf>[]): Promise<Told[]> {
  const main = new URL("apart-process.ts", import.meta.url);
  const child = spawn(process.execPath, programAt(main), { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(asked));
  return JSON.parse(await text(child.stdout)) as Told[];
}

/** `keys create`, of the words that begin with it. */
function commandOf(argv: readonly string[]): string {
  const two = argv.slice(0, 2).join(" ");
  return Object.hasOwn(commandRules, two) ? two : (argv[0] ?? "");
}
