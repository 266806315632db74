import type { Pipeline } from "../../pipeline.ts";
import type { Dump } from "./dump.ts";
import { createFaultCounts, type FaultCounts, type FaultKind, faultKinds } from "./fault-counts.ts";
import { seededRandom } from "./kill-plan.ts";
import { liveSmall } from "./live-small.ts";
import { smallLifeOf } from "./small-life.ts";
import { differenceOf, faultsOf } from "./verdict.ts";

/** What came of so many faults. */
export interface Bombarded {
  readonly counts: FaultCounts;
  /** How many lives met them, and how many events were sent in those. */
  readonly lives: number;
  readonly events: number;
  /** Lines of bill that were compared. */
  readonly bill_lines: number;
  /** By state, how runs of these lives ended. */
  readonly runs: ReadonlyMap<string, number>;
  /** What was wrong, with the seed of the life: nothing, where the promises hold. */
  readonly wrong: readonly string[];
}

/** After one life without faults the same is lived so often with others. */
const DISTURBED = 8;
const kinds = Object.keys(faultKinds) as FaultKind[];
/** What never happened is not proved. */
const mustFail = ["aggregate failed", "rate failed"];

/** Lives small lives until there were so many faults and each kind of them, and runs that failed; holds each to the same life without and to the oracle. */
export async function bombard(
  pipeline: Pipeline,
  { faults, seed, told = () => undefined }: { faults: number; seed: number; told?: (progress: string) => void },
): Promise<Bombarded> {
  const counts = createFaultCounts();
  const runs = new Map<string, number>();
  const wrong: string[] = [];
  let [lives, events, bill_lines] = [0, 0, 0];
  let calm: Dump | null = null;
  const isEnough = (): boolean =>
    counts.total() >= faults &&
    kinds.every((kind) => counts.of(kind) > 0) &&
    mustFail.every((state) => (runs.get(state) ?? 0) > 0);
  while (!isEnough() && wrong.length === 0) {
    const number = Math.floor(lives / DISTURBED);
    const life = smallLifeOf(seed + number);
    if (calm === null || lives % DISTURBED === 0) {
      calm = await liveSmall(pipeline, life, null);
      wrong.push(...faultsOf(calm, life).map((fault) => `life ${seed + number} undisturbed: ${fault}`));
    }
    const random = seededRandom(seed * 1_000_003 + lives);
    const found = await liveSmall(pipeline, life, { random, counts });
    const name = `life ${seed + number}, faults ${seed * 1_000_003 + lives}`;
    for (const fault of [...faultsOf(found, life), ...differenceOf("the bill", calm.bill, found.bill)])
      wrong.push(`${name}: ${fault}`);
    for (const [state, many] of Object.entries(found.runs)) runs.set(state, (runs.get(state) ?? 0) + many);
    lives += 1;
    events += life.history.events.length;
    bill_lines += found.bill.length;
    told(`${counts.total()} faults in ${lives} lives`);
  }
  return { counts, lives, events, bill_lines, runs, wrong };
}

/** What came of it, as lines of text. */
export function formatBombarded({ counts, lives, events, bill_lines, runs, wrong }: Bombarded): string {
  const ended = [...runs]
    .map(([state, many]) => `${many} ${state}`)
    .toSorted((a, b) => (a.slice(a.indexOf(" ")) < b.slice(b.indexOf(" ")) ? -1 : 1));
  return [
    ...counts.table(),
    `${lives} lives, ${events} events, ${bill_lines} lines of bill compared; runs: ${ended.join(", ")}`,
    ...(wrong.length === 0 ? ["nothing lost, nothing twice, the same bytes"] : wrong),
  ]
    .map((line) => `${line}\n`)
    .join("");
}
