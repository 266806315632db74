import { randomInt } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect } from "vitest";
import { readLooseSlices } from "../aggregate/run-cases.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { BUILT_IN_TYPES, oracleRecords } from "../oracle/index.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { between, inBatch, numberIn } from "./batch.ts";
import { asNumber, batchSize, type Course, courseArbitrary, publishedBy, zonesOf } from "./course.ts";
import { OPERATOR_TYPES, WEIGHTED_KINDS } from "./history-families.ts";
import { addMixes, type Mix, mixOf } from "./history-mix.ts";
import { type History, historyArbitrary } from "./history.ts";
import { makeSmall } from "./make-small.ts";

const types = [...BUILT_IN_TYPES, ...OPERATOR_TYPES];
const seed = Number(process.env["TALLY_TEST_PROPERTY_SEED"] ?? randomInt(2 ** 31));

let pipeline: Pipeline;

/** Opens one store for all histories of a test file, and closes it when they are through. */
export function openForHistories(): void {
  beforeAll(async () => {
    pipeline = await openPipeline();
    for (const type of OPERATOR_TYPES) await pipeline.system().usageTypes.add(type, "test");
  });
  afterAll(() => pipeline.close());
}

/** Lives through the histories of a batch in one store. */
async function live(histories: readonly History[], course: Course): Promise<void> {
  const { season, range_minutes, default_zone, batch, runs, restart_before, again, late_zones } = course;
  await pipeline.reset();
  await pipeline.settings.set("usage.aggregation.timezone", default_zone, "test");
  await pipeline.settings.set("usage.stats.job.aggregation.range", String(range_minutes), "test");
  const accounts = histories
    .flatMap((history) => history.accounts)
    .filter(({ time_zone }) => time_zone !== default_zone);
  const zoned = (): Promise<void> => pipeline.putAccounts(accounts);
  if (!late_zones) await zoned();
  let sent = 0;
  const sendUpTo = async (share: number): Promise<void> => {
    const events = between(histories, sent, share);
    for (let first = 0; first < events.length; first += batch) {
      const { rejected } = await pipeline.send(events.slice(first, first + batch));
      // What is refused could not count, and histories hold nothing that should be.
      expect(rejected.filter(({ field }) => field !== "id")).toEqual([]);
    }
    sent = share;
  };
  for (const [index, { after, until_ms }] of runs.entries()) {
    await sendUpTo(after);
    if (late_zones && index === 0) await zoned();
    if (index === restart_before) await pipeline.restart();
    await pipeline.aggregate(until_ms);
  }
  await sendUpTo(1);
  if (restart_before === runs.length) await pipeline.restart();
  await pipeline.aggregate(untilOf(histories), again ? season.from_ms : undefined);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`;

/** What they must have enough of, in percent of the accepted events; resets of the samples. */
function shares({ accepted, samples, ties, late, moves, revisions, resets }: Mix): string {
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(0)} %`;
  return (
    `ties ${percent(ties, accepted)}, late ${percent(late, accepted)}, moves ${percent(moves, accepted)}, ` +
    `revisions ${percent(revisions, accepted)}, resets ${percent(resets, samples)}`
  );
}

const untilOf = (histories: readonly History[]): number => Math.max(...histories.map(({ until_ms }) => until_ms));

function truthOf(history: History, { range_minutes, default_zone }: Course): string[] {
  const { events, accounts, until_ms } = history;
  const account_zones = new Map(accounts.map(({ id, time_zone }) => [id, time_zone]));
  return canonicalLines(oracleRecords({ events, account_zones, default_zone, range_minutes, until_ms, types }));
}

/** Published records of each history of a batch, by its number. */
async function published(): Promise<Map<number, string[]>> {
  const records = new Map<number, Record<string, unknown>[]>();
  for (const record of await readTruth(pipeline)) {
    const number = numberIn(String(record["account_id"]));
    const own = records.get(number);
    if (own === undefined) records.set(number, [record]);
    else own.push(record);
  }
  return new Map([...records].map(([number, own]) => [number, canonicalLines(own)]));
}

/** The numbers of the histories that did not come out as the oracle has them. */
async function astray(histories: readonly History[], course: Course): Promise<History[]> {
  await live(histories, course);
  const found = await published();
  const loose = new Set((await readLooseSlices(pipeline)).map((key) => numberIn(key)));
  return histories.filter((history) => {
    const number = numberIn(history.accounts[0]?.id ?? "");
    return loose.has(number) || (found.get(number) ?? []).join("\n") !== truthOf(history, course).join("\n");
  });
}

const historyOf = (course: Course): fc.Arbitrary<History> =>
  historyArbitrary({
    season: course.season,
    zones: zonesOf(course),
    kinds: WEIGHTED_KINDS,
    events: { min: 20, max: 80 },
  });

/** Lives through one history alone and makes it small; what only goes wrong in company is shown as it is. */
async function explain(found: readonly History[], course: Course, seeds: readonly number[]): Promise<void> {
  for (const history of found.slice(0, 3)) {
    const number = numberIn(history.accounts[0]?.id ?? "");
    await makeSmall(historyOf(course), seeds[number] ?? 0, async (alone) => {
      const own = inBatch(alone, number);
      await live([own], course);
      expect((await published()).get(number) ?? []).toEqual(truthOf(own, course));
      expect(await readLooseSlices(pipeline), "records whose slices are not theirs").toEqual([]);
    });
  }
  const [first] = found;
  expect.fail(`${found.length} histories differ from the oracle only in company: ${JSON.stringify({ course, first })}`);
}

/**
 * Lives through so many histories and holds each to the oracle, and all of them to the mix they must have. `first`: the number of
 * the first course, since some numbers are of small windows or live alone (asNumber, batchSize). Prints its seed.
 */
export async function holdToOracle({ numRuns, first }: { numRuns: number; first: number }): Promise<void> {
  const mixes: Mix[] = [];
  const began = { ms: performance.now(), cpu: process.cpuUsage() };
  for (let lived = 0, index = first; lived < numRuns; index += 1) {
    const [drawn] = fc.sample(courseArbitrary(), { seed: seed + lived, numRuns: 1 });
    if (drawn === undefined) throw new Error("no course");
    const course = asNumber(drawn, index);
    // Three courses at least.
    const size = Math.min(batchSize(course, index), Math.ceil(numRuns / 3), numRuns - lived);
    const seeds = Array.from({ length: size }, (_, number) => seed + lived + number);
    const histories = seeds.flatMap((own, number) =>
      fc.sample(historyOf(course), { seed: own, numRuns: 1 }).map((history) => inBatch(history, number)),
    );
    mixes.push(...histories.map((history) => mixOf(history, publishedBy(course, history))));
    const found = await astray(histories, course);
    if (found.length > 0) {
      process.stdout.write(`seed ${seed}: ${found.length} of ${size} differ from the oracle after ${lived}\n`);
      await explain(found, course, seeds);
    }
    lived += size;
  }
  const mix = addMixes(mixes);
  const { user, system } = process.cpuUsage(began.cpu);
  const took = `${seconds(performance.now() - began.ms)} by the clock, ${seconds((user + system) / 1000)} of processor`;
  process.stdout.write(`${numRuns} histories of seed ${seed} in ${took}: ${JSON.stringify(mix)}\n`);
  process.stdout.write(`${shares(mix)}\n`);
  const { accepted } = mix;
  expect(mix.ties / accepted).toBeGreaterThan(0.1);
  expect(mix.late / accepted).toBeGreaterThan(0.2);
  expect(mix.moves / accepted).toBeGreaterThan(0.05);
  expect(mix.revisions / accepted).toBeGreaterThan(0.05);
  expect(mix.resets / mix.samples).toBeGreaterThan(0.05);
}
