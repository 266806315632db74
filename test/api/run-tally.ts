import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { runCommandLine } from "../../api/cli/program.ts";
import { systemClock } from "../../core/clock.ts";
import { programAt } from "../programs.ts";

/** What a command said and how it ended. */
export interface Told {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, with this environment alone. */
export async function tally(environment: Readonly<Record<string, string>>, ...argv: string[]): Promise<Told> {
  const told = { out: "", err: "" };
  const output = {
    out: (text: string) => void (told.out += text),
    err: (text: string) => void (told.err += text),
    is_live: false,
  };
  const status = await runCommandLine(argv, { output, clock: systemClock, environment });
  return { status, ...told };
}

const main = new URL("../../api/main.ts", import.meta.url);

/** A command in a process of its own. */
export interface Spawned {
  readonly process: ChildProcess;
  /** Resolves with all that was said once `pattern` matches it; rejects when the process ends before. */
  says(pattern: RegExp): Promise<string>;
  ended(): Promise<Told>;
}

/** Starts a command as a user does. */
export function spawnTally(
  environment: Readonly<Record<string, string>>,
  argv: readonly string[],
  cwd: string,
): Spawned {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [...programAt(main), ...argv], {
    cwd,
    env: { PATH, HOME, ...environment },
  });
  // A test that fails midway must not leave a server behind.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const told = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => void (told.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => void (told.err += chunk.toString()));
  const exit = once(child, "close") as Promise<[number | null]>;
  return {
    process: child,
    says: async (pattern) => {
      while (!pattern.test(told.out)) {
        const ended = await Promise.race([exit.then(() => true), once(child.stdout, "data").then(() => false)]);
        if (ended && !pattern.test(told.out))
          throw new Error(`ended without saying ${pattern}: ${told.out}${told.err}`);
      }
      return told.out;
    },
    ended: async () => {
      const [status] = await exit;
      return { status: status ?? -1, ...told };
    },
  };
}
