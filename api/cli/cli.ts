import { Command, InvalidArgumentError } from "commander";
import { isMonth } from "../../core/calendar.ts";
import type { Clock } from "../../core/clock.ts";
import { type Config, readConfig } from "../../core/config.ts";
import { parseInstant } from "../../core/instant.ts";
import type { ApiCall } from "../client/client.ts";
import { commandRules, dataDirectory } from "../access/rules.ts";
import { assert, AppError } from "../../core/errors.ts";
import { keepToLine, type RunningCommand } from "./keep-to-line.ts";
import { type Output, renderJson } from "./output.ts";
import { createProgressBar } from "./progress-bar.ts";
import { type Target, withTarget } from "./target.ts";

/** What every command stands on. */
export interface Cli {
  readonly output: Output;
  readonly clock: Clock;
  /** Read when a command runs, so that --help needs none. @throws AppError bad-configuration */
  config(): Config;
  /** Runs on the server at TALLY_URL, else on the data directory, or through the server that holds it. */
  reach<T>(act: (target: Target) => Promise<T>): Promise<T>;
  /** The answer to one call of the API, of the shape its route promises. */
  call<T>(request: ApiCall): Promise<T>;
  /** Prints a result: as JSON where that is asked for, else as `text` makes it. */
  show<T>(value: T, options: { json?: boolean }, text: (value: T) => string): void;
  /** Makes the exit status 1 although the command came to its end. */
  fail(): void;
}

/** The command line's footing on this process; `environment` is the process's own when left out. `begin`: before a command's action. */
export function createCli(given: {
  output: Output;
  clock: Clock;
  environment?: Readonly<Record<string, string | undefined>>;
}): Cli & { begin(command: string): void; failed(): boolean } {
  const { output, clock, environment } = given;
  let failed = false;
  let running: RunningCommand | null = null;
  const config = (): Config => {
    const read = readConfig(environment);
    if (running?.line === dataDirectory && read.server_url !== null)
      throw new AppError(
        "bad-configuration",
        `tally ${running.name} works on the data directory itself, and TALLY_URL names a server; run it without TALLY_URL, where the data directory is`,
      );
    return read;
  };
  const reach: Cli["reach"] = (act) => {
    const command = running;
    assert(command !== null, "a command that asks has begun");
    const watcher = output.is_live ? createProgressBar(output) : undefined;
    return withTarget({ config: config(), clock, keep: (send) => keepToLine(command, send), watcher }, act);
  };
  return {
    output,
    clock,
    config,
    reach,
    call: <T>(request: ApiCall) => reach(({ client }) => client.call(request)) as Promise<T>,
    show: (value, { json = false }, text) => output.out(json ? renderJson(value) : text(value)),
    fail: () => {
      failed = true;
    },
    failed: () => failed,
    begin: (name) => {
      const line = Object.hasOwn(commandRules, name) ? commandRules[name] : undefined;
      if (line === undefined) throw new AppError("forbidden", `tally ${name} has no line in api/access/rules.ts`);
      running = { name, line };
    },
  };
}

/** A command with --json, which all have that give a result. */
export function resultCommand(name: string, description: string): Command {
  return new Command(name).description(description).option("--json", "print JSON alone, for machines");
}

/** An option's value as a month. @throws InvalidArgumentError */
export function readPeriod(text: string): string {
  if (isMonth(text)) return text;
  throw new InvalidArgumentError("Expected a month such as 2026-10.");
}

/** An option's value as an instant, kept as text. @throws InvalidArgumentError */
export function readTime(text: string): string {
  if (parseInstant(text) !== null) return text;
  throw new InvalidArgumentError("Expected an instant with Z or an offset, such as 2026-10-01T00:00:00Z.");
}

/** Values given as a comma list or by repeating the option. */
export function collect(text: string, earlier: readonly string[] | undefined): string[] {
  return [...(earlier ?? []), ...text.split(",")].map((value) => value.trim()).filter((value) => value !== "");
}
