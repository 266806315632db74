import { expect } from "vitest";

/** What may really happen in a history: a command that finds nothing to do has shown nothing. */
export type Deed =
  | "late event"
  | "amendment"
  | "restart"
  | "change of range"
  | "death"
  | "live reading"
  | "dry run"
  | "archive"
  | "refusal behind the horizon"
  | "restore"
  | "repeat"
  | "move"
  | "added type"
  | "refused type"
  | "closing"
  | "adjustment";

/** With so many histories each of these happens; fewer may miss one. Archiving has a property of its own. */
const historiesMin = 20;
const expected: readonly Deed[] = [
  "late event",
  "amendment",
  "restart",
  "change of range",
  "death",
  "live reading",
  "dry run",
  "repeat",
  "move",
  "added type",
  "closing",
  "adjustment",
];

/** Counts what really happened over all histories of a run. */
export interface Deeds {
  did(deed: Deed): void;
  /** Prints the counts, and fails where something that should have happened never did. */
  conclude(histories: number): void;
}

export function createDeeds(): Deeds {
  const counts = new Map<Deed, number>();
  return {
    did: (deed) => void counts.set(deed, (counts.get(deed) ?? 0) + 1),
    conclude: (histories) => {
      const told = [...counts].map(([deed, times]) => `${deed} ${times}`).join(", ");
      process.stdout.write(`${histories} histories: ${told}\n`);
      if (histories < historiesMin) return;
      for (const deed of expected) expect(counts.get(deed) ?? 0, deed).toBeGreaterThan(0);
    },
  };
}
