import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "../../core/instant.ts";
import { closeEverything } from "../aggregate/closing-month.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { type EventJson, instantOf } from "../oracle/event.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { SEASONS } from "./history-cast.ts";
import { OPERATOR_TYPES, WEIGHTED_KINDS } from "./history-families.ts";
import { type History, historyArbitrary } from "./history.ts";
import { propertyRuns } from "./property-runs.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
  for (const type of OPERATOR_TYPES) await pipeline.system().usageTypes.add(type, "test");
});
afterAll(() => pipeline.close());

const numRuns = propertyRuns({ byDefault: 3, share: 0.1 });

const monthOf = (ms: number, more: number): string => {
  const [year = 0, month = 0] = new Intl.DateTimeFormat("en-CA", { timeZone: "UTC", year: "numeric", month: "2-digit" })
    .format(ms)
    .split("-")
    .map(Number);
  return `${year}-${String(month + more).padStart(2, "0")}`;
};
const startOf = (month: string): number => instantOf(`${month}-01T00:00:00Z`);

/** Seasons in which a UTC month begins. */
const edged = SEASONS.filter(({ from_ms, to_ms }) => monthOf(from_ms, 0) !== monthOf(to_ms - 1, 0));

const histories = fc.constantFrom(...edged).chain((season) =>
  historyArbitrary({
    season,
    events: { min: 60, max: 140 },
    accounts: { min: 2, max: 4 },
    kinds: WEIGHTED_KINDS,
    conflicts: false,
  }),
);

interface Loose {
  readonly source: string;
  readonly id: string;
  readonly time: string;
  readonly data: { readonly original?: { readonly source: string; readonly id: string }; readonly event?: Loose };
}
const nameOf = ({ source, id }: { source: string; id: string }): string => JSON.stringify([source, id]);

/** Events that could change what was before the horizon: those of that time, and all that revises or is revised by one of them. */
function reachingBack(events: readonly EventJson[], horizon: number): ReadonlySet<string> {
  const links = new Map<string, Set<string>>();
  const link = (a: string, b: string): void => void links.set(a, (links.get(a) ?? new Set()).add(b));
  const early: string[] = [];
  for (const event of events as unknown as readonly Loose[]) {
    const { original, event: inner } = event.data;
    if (original !== undefined) {
      link(nameOf(event), nameOf(original));
      link(nameOf(original), nameOf(event));
    }
    // A sample of a counter on the edge counts before it.
    if ([event.time, inner?.time ?? event.time].some((time) => instantOf(time) <= horizon)) early.push(nameOf(event));
  }
  const found = new Set<string>();
  for (let next = early.pop(); next !== undefined; next = early.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    early.push(...(links.get(next) ?? []));
  }
  return found;
}

/** Lives through a history: what reaches back comes before the months are closed, of the rest `share` comes after it. */
async function live(history: History, given: { before: string; share: number; archives: boolean }): Promise<string[]> {
  const { before, share, archives } = given;
  const { events, accounts, from_ms } = history;
  const back = reachingBack(events, startOf(before));
  const free = events.filter((event) => !back.has(nameOf(event as unknown as Loose)));
  const late = new Set(
    free.slice(Math.floor(free.length * (1 - share))).map((event) => nameOf(event as unknown as Loose)),
  );
  const isLate = (event: EventJson): boolean => late.has(nameOf(event));
  await pipeline.reset();
  pipeline.clock.set(instant(startOf(monthOf(startOf(before), 1)) + 10 * 86_400_000));
  const now = pipeline.clock.now();
  for (const { id, time_zone } of accounts) await pipeline.putAccount(id, time_zone);
  await pipeline.send(events.filter((event) => !isLate(event)));
  await pipeline.aggregate(now);
  await closeEverything(pipeline.system(), [monthOf(from_ms, -1), monthOf(from_ms, 0), before]);
  if (archives) {
    await pipeline.system().archive({ before, by: "test" });
    await pipeline.restart();
  }
  const lately = events.filter(isLate);
  const { rejected } = await pipeline.send(lately);
  expect(rejected).toEqual([]);
  await pipeline.aggregate(now);
  came += lately.length;
  return canonicalLines(await readTruth(pipeline));
}

let came = 0;

test(
  "whatever comes after the horizon, archiving changes no record, and neither does bringing the months back",
  { timeout: 900_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.double({ min: 0.2, max: 0.8, noNaN: true }), async (history, share) => {
        const before = monthOf(history.to_ms - 1, 0);
        const expected = await live(history, { before, share, archives: false });
        const [all] = await counts();
        expect(await live(history, { before, share, archives: true })).toEqual(expected);
        const [left] = await counts();
        expect(left).toBeLessThan(all ?? 0);
        for (const month of await archived()) await pipeline.system().restoreArchive({ month, by: "test" });
        expect(await counts()).toEqual([all]);
        const run = await pipeline.aggregate(pipeline.clock.now(), history.from_ms - 40 * 86_400_000);
        expect(run.counts["corrections"]).toBe("0");
        expect(canonicalLines(await readTruth(pipeline))).toEqual(expected);
      }),
      { numRuns, endOnFailure: true },
    );
    // What never had a late fact would prove little.
    expect(came).toBeGreaterThan(numRuns);
  },
);

async function counts(): Promise<number[]> {
  return (await rows<{ n: string }>("SELECT count() AS n FROM event")).map(({ n }) => Number(n));
}

async function archived(): Promise<string[]> {
  return (await rows<{ month: string }>("SELECT month FROM current_archive ORDER BY month")).map(({ month }) => month);
}

async function rows<T>(query: string): Promise<T[]> {
  return (await pipeline.store.read.query({ query, format: "JSONEachRow" })).json<T>();
}
