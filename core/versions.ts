import { createInTurn } from "./in-turn.ts";
import { insertLines, type Target } from "./insert-lines.ts";
import type { Store } from "./store.ts";

/** One turn at writing control data: nobody else writes any while it lasts. */
export interface Turn {
  /** Numbers the turn, above all before it; 0 = this process has the store alone. */
  readonly fence: bigint;
  /** Appends rows that carry the number; they count once the turn has ended well. @throws AppError control-unavailable */
  write(into: Target, lines: string): Promise<void>;
}

/**
 * Takes a turn for `act`, which reads what is there and writes what follows: accounts, settings, catalogue, keys, rate cards and
 * usage types added are versions, and the store compares nothing. Resolves once what was written counts; where it rejects, an
 * answer may have been lost, so the present state says. @throws AppError control-unavailable
 */
export type InControl = <T>(act: (turn: Turn) => Promise<T>) => Promise<T>;

/**
 * Turns of the one process that has the store alone: a queue (ARCHITECTURE: one writer). `guard` is asked before each row, and
 * throws where the process has lost what made it the only one.
 */
export function createSoleControl(store: Store, guard: () => void = () => undefined): InControl {
  const inTurn = createInTurn();
  const turn: Turn = {
    fence: 0n,
    write: async (into, lines) => {
      guard();
      await insertLines(store.write, into, lines);
    },
  };
  return (act) => inTurn(() => act(turn));
}

/** The version after `former`; the first is 1. Between turns the higher fence counts, so it orders the rows of one fence. */
export function nextVersion(former: string | bigint | undefined): string {
  return (BigInt(former ?? 0) + 1n).toString();
}

/** Rows of a table with their turn's number before all other columns. */
export function fenced({ table, columns }: Target, lines: string, fence: bigint): { into: Target; lines: string } {
  return { into: { table, columns: ["fence", ...columns] }, lines: lines.replace(/^(?=.)/gm, `${fence}\t`) };
}
