import { createHash } from "node:crypto";
import type { Said } from "./life.ts";

export type Phase = "start" | "ingest" | "aggregate" | "rate";

/** Where a life is to end: so long after a line of a step, or after the process began. */
export interface KillPoint {
  readonly phase: Phase;
  readonly step: number;
  /** Which of the statements the step says; beyond its last one the kill falls on the acknowledgement. 0 = as the step begins. */
  readonly statement: number;
  readonly after_ms: number;
}

/** Which phase each kill goes to, over and over: most to runs, as they have most to leave half done. */
const phases: readonly Phase[] = [
  "ingest",
  "aggregate",
  "start",
  "aggregate",
  "rate",
  "ingest",
  "aggregate",
  "ingest",
  "aggregate",
  "start",
];

/** Kills spread over what an undisturbed life did, in the order of its steps. `random` gives numbers in [0, 1). */
export function planKills(said: readonly Said[], kills: number, random: () => number): KillPoint[] {
  const steps = stepsOf(said);
  const start_ms = said[0]?.at_ms ?? 0;
  const points = Array.from({ length: kills }, (_, index): KillPoint => {
    const phase = phases[index % phases.length] ?? "ingest";
    const places = steps.filter(({ kind }) => phase === "start" || kind === phase);
    // The first kill of a start falls on the very first one, which makes the tables.
    const place = index === phases.indexOf("start") ? steps[0] : places[Math.floor(random() * places.length)];
    if (place === undefined) throw new Error(`the course has no step of ${phase}`);
    if (phase === "start") return { phase, step: place.step, statement: 0, after_ms: random() * start_ms };
    if (phase === "ingest") return { phase, step: place.step, statement: 0, after_ms: random() * 1.2 * place.took_ms };
    const statement = Math.floor(random() * (place.statements + 1));
    // Half of the kills fall at once, while the statement is on its way, the others somewhere in it or in the next.
    const after_ms = random() < 0.5 ? 0 : random() * 2 * (place.took_ms / (place.statements + 1));
    return { phase, step: place.step, statement, after_ms };
  });
  return points.toSorted((a, b) => a.step - b.step);
}

/** Numbers in [0, 1), the same ones for the same seed. */
export function seededRandom(seed: number): () => number {
  let drawn = 0;
  return () => createHash("sha256").update(`${seed} ${drawn++}`).digest().readUInt32BE() / 2 ** 32;
}

interface StepTold {
  readonly step: number;
  readonly kind: string;
  readonly statements: number;
  readonly took_ms: number;
}

function stepsOf(said: readonly Said[]): StepTold[] {
  const told: StepTold[] = [];
  let begun = { step: -1, kind: "", statements: 0, at_ms: 0 };
  for (const { line, at_ms } of said) {
    const [word, number, kind = ""] = line.split(" ");
    if (word === "step") begun = { step: Number(number), kind, statements: 0, at_ms };
    else if (word === "sql") begun.statements += 1;
    else if (word === "ack") told.push({ ...begun, took_ms: at_ms - begun.at_ms });
  }
  return told;
}

/**
 * Watches what a process says and tells when it is to die: ms after the line, 0 = at once, null = not because of this one.
 * Where the step of the point is already done, that is the next line.
 */
export function aim(point: KillPoint): (line: string) => number | null {
  let statements = -1;
  let fired = point.phase === "start";
  return (line) => {
    if (fired) return null;
    const [word, number] = line.split(" ");
    if (word === "step") statements = Number(number) === point.step ? 0 : -1;
    else if (word === "sql" && statements >= 0) statements += 1;
    const isPast =
      word === "done" ||
      (word === "step" && Number(number) > point.step) ||
      (word === "ack" && Number(number) >= point.step);
    fired = isPast || (statements >= 0 && statements >= point.statement);
    return fired ? (isPast ? 0 : point.after_ms) : null;
  };
}

/** In a few words, what a process was doing when it was killed: by the last lines it said. */
export function placeOfDeath(said: readonly Said[]): string {
  const last = said.findLast(({ line }) => !line.startsWith("sql "))?.line.split(" ") ?? [];
  if (last[0] === undefined) return "start";
  if (last[0] === "ack") return "between steps";
  const statement = said.at(-1)?.line ?? "";
  return statement.startsWith("sql ") ? `${last[2]}: ${statement.slice(4)}` : `${last[2]}`;
}
