import { courseOf } from "../e2e/faults/course.ts";
import { suffer } from "../e2e/faults/suffer.ts";
import { differenceOf, faultsOf, repeatsIn } from "../e2e/faults/verdict.ts";

/** How often a process died in one place of its work. */
export interface KillCount {
  readonly place: string;
  readonly kills: number;
}

/** What fifty kills did, and what was wrong afterwards (nothing, if the promises hold). */
export interface FaultsReport {
  readonly kills: readonly KillCount[];
  readonly runs: Readonly<Record<string, number>>;
  readonly events: number;
  readonly repeats: number;
  readonly records: number;
  readonly bill_lines: number;
  readonly took_ms: { readonly undisturbed: number; readonly disturbed: number };
  readonly faults: readonly string[];
}

const size = { seed: 4, drafts: 20_000, resources: 1_500, accounts: 3, batch: 500, batches_a_run: 6 };

/** A course with 50 kills beside the same one with none: no event lost, no record twice, the same bytes on the bill (P1, P2, P6). */
export async function benchFaults(kills = 50, seed = 1): Promise<FaultsReport> {
  const course = courseOf(size);
  const { undisturbed, disturbed, deaths, took_ms } = await suffer({ size, kills, seed });
  const counts = new Map<string, number>();
  for (const place of deaths) counts.set(place, (counts.get(place) ?? 0) + 1);
  return {
    kills: [...counts].map(([place, of]) => ({ place, kills: of })).toSorted((a, b) => (a.place < b.place ? -1 : 1)),
    runs: disturbed.runs,
    events: Object.keys(disturbed.events).length,
    repeats: repeatsIn(disturbed),
    records: disturbed.truth.length,
    bill_lines: disturbed.bill.length,
    took_ms,
    faults: [
      ...faultsOf(undisturbed, course).map((fault) => `undisturbed: ${fault}`),
      ...faultsOf(disturbed, course).map((fault) => `disturbed: ${fault}`),
      ...differenceOf("the bill", undisturbed.bill, disturbed.bill),
    ],
  };
}

/** The report as lines of text. */
export function formatFaults(report: FaultsReport): string {
  const { kills, runs, events, repeats, records, bill_lines, took_ms, faults } = report;
  const total = kills.reduce((sum, { kills: of }) => sum + of, 0);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`;
  return [
    ...kills.map(({ place, kills: of }) => `${String(of).padStart(4)}  ${place}`),
    `${String(total).padStart(4)}  kills; runs: ${Object.entries(runs)
      .map(([what, of]) => `${of} ${what}`)
      .join(", ")}`,
    `${events} events (${repeats} came again), ${records} usage records, ${bill_lines} lines of bill`,
    `undisturbed ${seconds(took_ms.undisturbed)}, with the kills ${seconds(took_ms.disturbed)}`,
    ...(faults.length === 0 ? ["nothing lost, nothing twice, the same bytes"] : faults),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

if (process.argv[1]?.endsWith("bench/faults.ts") === true) {
  const report = await benchFaults(Number(process.argv[2] ?? 50), Number(process.argv[3] ?? 1));
  process.stdout.write(formatFaults(report));
  if (report.faults.length > 0) process.exitCode = 1;
}
