import { setTimeout as pass } from "node:timers/promises";
import type { TestClock } from "../../../core/clock.ts";
import { type InstantMs, instant } from "../../../core/instant.ts";
import type { Store } from "../../../core/store.ts";
import type { FaultCounts } from "./fault-counts.ts";

const METHODS = ["query", "command", "insert", "exec"] as const;
const MINUTE_MS = 60_000;
const LATE_MS = 4;
/** Of all statements so many meet what no caller should notice. */
const CLOCK_CHANCE = 0.1;
const LATE_CHANCE = 0.08;

/** A fault that was put there; whatever else goes wrong is a fault of the product. */
export class Injected extends Error {}

/** What goes on, and how likely each of its statements is to fail. */
export interface Disturbance {
  readonly during: string;
  readonly chance: number;
}

/** Faults on the lanes of a store and on the clock, drawn by `random`; none until `begin`. */
export interface Disturber {
  begin(disturbance: Disturbance): void;
  /** How many faults there were that a caller could notice, and whether its process died. */
  end(): { readonly faults: number; readonly died: boolean };
  /** The methods of the client itself come to light again. */
  leave(): void;
}

/**
 * Stands between everybody and the store. Each statement may be unheard, be done without anybody learning it, be answered late,
 * or be the last its process asks; before each the clock may be set back by up to five minutes or jump forward. The clock
 * stays within a day after `from`, and never falls behind it by more than five minutes.
 */
export function disturbStore(
  store: Store,
  { clock, random, counts, from }: { clock: TestClock; random: () => number; counts: FaultCounts; from: InstantMs },
): Disturber {
  const lanes = [store.read, store.write, store.run];
  let now: Disturbance | null = null;
  let faults = 0;
  let died = false;

  function fail(what: "unheard" | "unanswered" | "death", during: string): Injected {
    counts.add(what, during);
    faults += 1;
    return new Injected(`the test let a statement go ${what}`);
  }

  function moveClock(during: string): void {
    const isBack = random() < 0.6;
    const elapsed_ms = clock.now() - from;
    if (isBack && elapsed_ms >= 0) {
      counts.add("back", during);
      clock.set(instant(clock.now() - Math.ceil(random() * 5 * MINUTE_MS)));
    } else if (elapsed_ms < 20 * 60 * MINUTE_MS) {
      counts.add("forward", during);
      clock.advance(Math.ceil(random() * 20 * MINUTE_MS));
    }
  }

  async function meet(method: (typeof METHODS)[number], carryOut: () => Promise<unknown>): Promise<unknown> {
    if (died) throw new Injected("its process is dead");
    if (now === null) return carryOut();
    const { during, chance } = now;
    if (random() < CLOCK_CHANCE) moveClock(during);
    if (random() < LATE_CHANCE) {
      counts.add("late", during);
      await pass(random() * LATE_MS);
      const answer = await carryOut();
      await pass(random() * LATE_MS);
      return answer;
    }
    if (random() >= chance) return carryOut();
    // A question whose answer is lost has changed nothing: as if it had not been heard.
    const isDone = method !== "query" && random() < 0.5;
    if (random() < 0.2) {
      died = true;
      if (isDone) await carryOut();
      throw fail("death", during);
    }
    if (isDone) await carryOut();
    throw fail(isDone ? "unanswered" : "unheard", during);
  }

  for (const lane of lanes) {
    for (const method of METHODS) {
      const carryOut = lane[method].bind(lane) as (request: unknown) => Promise<unknown>;
      Object.assign(lane, { [method]: (request: unknown) => meet(method, () => carryOut(request)) });
    }
  }
  return {
    begin: (disturbance) => {
      now = disturbance;
      faults = 0;
      died = false;
    },
    end: () => {
      const met = { faults, died };
      now = null;
      died = false;
      return met;
    },
    leave: () => {
      for (const lane of lanes) for (const method of METHODS) Reflect.deleteProperty(lane, method);
    },
  };
}
