import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";
import type { EventLog } from "../event-log.ts";
import type { LifecycleEvent } from "../events.ts";
import { createInTurn } from "../in-turn.ts";
import { formatInstant } from "../instant.ts";
import type { Command } from "./commands.ts";
import { createLookups, type LookupDeps } from "./lookups.ts";
import { planCommand } from "./plan.ts";
import { type ReadHorizon, rebuild } from "./rebuild.ts";
import type { Resource, Resources } from "./resources.ts";

/** The source all events of this installation's own cloud carry. */
export const ENGINE_SOURCE = "tallyhouse/core";

/** The orchestration engine: takes commands, keeps to the state machines, and says in the event log what happened. */
export interface Engine {
  /** Carries out one command; resolves with its events once they are durable. @throws AppError as executeAll does. */
  execute(command: Command): Promise<LifecycleEvent[]>;
  /**
   * Carries out commands in the order given, all or none, with one append.
   * @throws AppError not-found, state-refused, invalid-request or conflict for the first that cannot be; then none has happened.
   */
  executeAll(commands: readonly Command[]): Promise<LifecycleEvent[]>;
  /** A resource as it stands, gone ones too; null = never heard of. */
  get(resource: string): Promise<Resource | null>;
  /** All resources as they stand, gone ones too. */
  list(): Promise<Resource[]>;
}

export interface EngineDeps extends LookupDeps {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly source?: string;
  /** Where events can be archived: what is left of them. */
  readonly horizon?: ReadHorizon;
}

/**
 * An engine on an event log. Its state is what the log says, read at the first use and again after an append that failed
 * (part of it may be in the log). Only one engine may write for a source (ARCHITECTURE: one writer).
 */
export function createEngine({ log, clock, accounts, catalogue, source = ENGINE_SOURCE, horizon }: EngineDeps): Engine {
  let resources: Resources | null = null;
  // What a command may do depends on what the former did.
  const inTurn = createInTurn();

  async function carryOut(commands: readonly Command[]): Promise<LifecycleEvent[]> {
    resources ??= await rebuild({ log, horizon }, source);
    const events = await planAll(resources, commands);
    if (events.length === 0) return events;
    try {
      await log.append(events);
    } catch (error) {
      resources = null;
      throw error;
    }
    return events;
  }

  /** Plans and folds command by command, so that each sees what the former did; a refusal takes all of it back. */
  async function planAll(resources: Resources, commands: readonly Command[]): Promise<LifecycleEvent[]> {
    const lookups = await createLookups({ accounts, catalogue }, commands.length);
    const now = clock.now();
    const planned: LifecycleEvent[] = [];
    resources.mark();
    try {
      for (const command of commands) {
        const at = command.at ?? now;
        if (at > now)
          throw new AppError("invalid-request", `at is ${formatInstant(at)}, which is still to come`, { field: "at" });
        for (const event of await planCommand({ resources, lookups, source }, command, at)) {
          resources.fold(event);
          planned.push(event);
        }
      }
      return planned;
    } catch (error) {
      resources.rollBack();
      throw error;
    }
  }

  return {
    execute: (command) => inTurn(() => carryOut([command])),
    executeAll: (commands) => inTurn(() => carryOut(commands)),
    get: (resource) =>
      inTurn(async () => {
        resources ??= await rebuild({ log, horizon }, source);
        return resources.get(resource) ?? null;
      }),
    list: () =>
      inTurn(async () => {
        resources ??= await rebuild({ log, horizon }, source);
        return [...resources.all()];
      }),
  };
}
