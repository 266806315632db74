import type { Accounts } from "../accounts.ts";
import type { Span } from "../calendar.ts";
import type { Catalogue } from "../catalogue.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import { AppError } from "../errors.ts";
import type { InstantMs } from "../instant.ts";
import { type Cloud, installCloud, planCloud } from "./cloud.ts";
import { planLife, type TimedCommand } from "./life.ts";

/** What to live through: `resources` machines (their volumes come on top) of `accounts` accounts, in [from, to). */
export interface SimulationPlan {
  readonly seed: string;
  readonly from: InstantMs;
  readonly to: InstantMs;
  readonly accounts: number;
  readonly resources: number;
}

/** How far a run has come: the instant lived to, commands given of all there are, events they made. */
export interface SimulationProgress {
  readonly at: InstantMs;
  readonly commands: number;
  readonly commands_total: number;
  readonly events: number;
}

export interface SimulationRun {
  readonly engine: Engine;
  /** Moves the simulated time when `speed` is a number; the system's when left out. */
  readonly clock?: Clock;
  /** Simulated seconds per second of the clock, or as fast as it goes (the default). */
  readonly speed?: number | "max";
  readonly on_progress?: (progress: SimulationProgress) => void;
  readonly signal?: AbortSignal;
}

/** A cloud that lives through a stretch of time; the same plan gives the same events, byte for byte. */
export interface Simulation {
  readonly cloud: Cloud;
  /** Makes accounts and catalogue known; to be done before `run`, harmless when done again. */
  install(known: { accounts: Accounts; catalogue: Catalogue; by: string }): Promise<void>;
  /** Gives all commands in the order of time. What the engine has carried out already is left out, so a run cut short is taken up again. */
  run(options: SimulationRun): Promise<SimulationProgress>;
}

/** One append for so many commands at the most. */
const BATCH_MAX = 5_000;

/** Plans a simulation; nothing happens before `run`. @throws AppError invalid-request for an empty span or counts below 1 */
export function createSimulation(plan: SimulationPlan): Simulation {
  requirePlan(plan);
  const cloud = planCloud(plan);
  return {
    cloud,
    install: (known) => installCloud(cloud, known),
    run: async (options) => {
      const commands = await notYetGiven(planCommands(plan, cloud), options.engine);
      return give(plan, commands, options);
    },
  };
}

/** All commands of the plan in the order of time; of one instant, in the order of the machines. */
function planCommands(plan: SimulationPlan, cloud: Cloud): TimedCommand[] {
  const span: Span = { start: plan.from, end: plan.to };
  const lives = Array.from({ length: plan.resources }, (_, index) => planLife({ seed: plan.seed, index, cloud, span }));
  return lives.flat().sort((a, b) => a.at - b.at);
}

/** A resource counts its commands, so the first so many of the plan are those it has had. */
async function notYetGiven(commands: readonly TimedCommand[], engine: Engine): Promise<TimedCommand[]> {
  const had = new Map((await engine.list()).map(({ resource, commands: count }) => [resource, count]));
  return commands.filter(({ resource }) => {
    const left = had.get(resource) ?? 0;
    had.set(resource, left - 1);
    return left <= 0;
  });
}

async function give(
  plan: SimulationPlan,
  commands: readonly TimedCommand[],
  options: SimulationRun,
): Promise<SimulationProgress> {
  const { engine, clock = systemClock, speed = "max", on_progress, signal } = options;
  const began = clock.now();
  const livedTo = (): number => (speed === "max" ? Infinity : plan.from + (clock.now() - began) * speed);
  let progress: SimulationProgress = { at: plan.from, commands: 0, commands_total: commands.length, events: 0 };

  while (progress.commands < commands.length) {
    signal?.throwIfAborted();
    const next = commands[progress.commands] as TimedCommand;
    if (speed !== "max") await clock.sleep(Math.max(0, Math.ceil((next.at - livedTo()) / speed)), signal);
    const batch = dueBatch(commands, progress.commands, Math.max(livedTo(), next.at));
    const events = await engine.executeAll(batch);
    const { at } = batch.at(-1) ?? next;
    progress = { ...progress, at, commands: progress.commands + batch.length, events: progress.events + events.length };
    on_progress?.(progress);
  }
  return { ...progress, at: plan.to };
}

function dueBatch(commands: readonly TimedCommand[], from: number, until: number): TimedCommand[] {
  const most = commands.slice(from, from + BATCH_MAX);
  const later = most.findIndex(({ at }) => at > until);
  return later === -1 ? most : most.slice(0, later);
}

function requirePlan({ from, to, accounts, resources }: SimulationPlan): void {
  if (!(from < to)) throw new AppError("invalid-request", `the span from ${from} to ${to} is empty`, { field: "to" });
  for (const [field, count] of Object.entries({ accounts, resources })) {
    if (!Number.isSafeInteger(count) || count < 1)
      throw new AppError("invalid-request", `${field} is ${count}, expected a whole number above 0`, { field });
  }
}
