import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BillingPeriod, UsageRecord } from "../../aggregate/index.ts";
import { instant } from "../../core/instant.ts";
import { readRecords } from "../aggregate/closing-month.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { monthOf, monthWindow } from "../oracle/calendar.ts";
import { BUILT_IN_TYPES, oracleRecords } from "../oracle/index.ts";
import { instantOf } from "../oracle/event.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { SEASONS, ZONES } from "./history-cast.ts";
import { WEIGHTED_KINDS, OPERATOR_TYPES } from "./history-families.ts";
import { cutOf } from "./history-life.ts";
import { historyArbitrary } from "./history.ts";
import { monthsFrom, reachingBack, refusedByTime } from "./model-archive.ts";
import { expectBooked } from "./model-booked.ts";
import { command } from "./model-command.ts";
import { dieDuring } from "./model-crash.ts";
import { createDeeds } from "./model-deeds.ts";
import { addLater, LATER_TYPES } from "./model-types.ts";
import type { Life, Numbers } from "./model-life.ts";
import { createModelWorld } from "./model-world.ts";
import { propertyRuns } from "./property-runs.ts";

const types = [...BUILT_IN_TYPES, ...OPERATOR_TYPES];
const RANGES = [1440, 720, 240] as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of a run; those with fewer die at none of them. */
const STATEMENTS = 160;

const deeds = createDeeds();

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
  await beginRegistry();
});
afterAll(() => pipeline.close());

/** A registry only grows: each history begins with what is built in and what the operators of these tests have. */
async function beginRegistry(): Promise<void> {
  await pipeline.store.run.command({ query: "TRUNCATE TABLE usage_type_added" });
  await pipeline.restart();
  for (const type of OPERATOR_TYPES) await pipeline.system().usageTypes.add(type, "test");
}

/** What may happen, in any order and number. Late events, amendments, retractions, repeats and conflicts are in what is sent. */
const COMMANDS = {
  async send(life: Life, { many }: Numbers): Promise<void> {
    const { events } = life.history;
    const waiting = life.archived === null ? new Set() : reachingBack(events, life.archived.horizon_ms);
    const [free, held] = [false, true].map((isHeld) => life.coming.filter((event) => waiting.has(event) === isHeld));
    const size = 1 + (many % Math.ceil(events.length / 3));
    const batch = (free ?? []).slice(0, size);
    const times = batch.flatMap(({ time, data }) => [time, data.event?.time ?? time]).map(instantOf);
    setClock(life, Math.max(life.now_ms, ...times));
    const { rejected } = await pipeline.send(batch);
    expect(rejected.filter(({ field }) => field !== "id")).toEqual([]);
    for (const { type, time, data } of batch) {
      if (instantOf(data.event?.time ?? time) < life.until_ms) deeds.did("late event");
      if (type.startsWith("tally.event.")) deeds.did("amendment");
    }
    life.sent.push(...batch);
    life.coming = [...(free ?? []).slice(size), ...(held ?? [])];
  },
  async run(life: Life, { many }: Numbers): Promise<void> {
    await aggregate(life, untilOf(life, many));
  },
  async runAgain(life: Life, { which }: Numbers): Promise<void> {
    const { from_ms, to_ms } = life.history;
    const since = Math.floor(from_ms + ((which % 100) / 100) * (to_ms - from_ms));
    if (life.archived !== null && since < life.archived.horizon_ms) {
      await expect(pipeline.aggregate(life.now_ms, since)).rejects.toMatchObject({ key: "archived" });
      await expectUnchanged(life);
    } else await aggregate(life, life.now_ms, since);
  },
  async dryRun(life: Life, { many, which }: Numbers): Promise<void> {
    const isLive = which % 2 === 0;
    deeds.did(isLive ? "live reading" : "dry run");
    if (isLive) await pipeline.system().live.read();
    else await pipeline.system().aggregate({ until: instant(untilOf(life, many)), dry_run: true });
    await expectUnchanged(life);
  },
  /** The process dies in a run. What is published is then what was, or all that the run would have published. */
  async crash(life: Life, { many, which }: Numbers): Promise<void> {
    const until_ms = untilOf(life, many);
    const death = { statement: which % STATEMENTS, isDone: many % 2 === 0 };
    const died = await dieDuring(pipeline.store, death, () => pipeline.aggregate(until_ms));
    await pipeline.restart();
    const former = life.truth;
    const left = canonicalLines(await readTruth(pipeline));
    await aggregate(life, until_ms);
    expect(died ? [former, life.truth] : [life.truth]).toContainEqual(left);
    if (died) deeds.did("death");
  },
  async close(life: Life, { which }: Numbers): Promise<void> {
    if (life.sent.length === 0) return;
    life.world.settle();
    const { id } = cutOf(life.history.accounts, which);
    const zone = life.world.zones().get(id)?.[0]?.time_zone ?? "UTC";
    const month = monthOf(zone, life.history.from_ms);
    setClock(life, Math.max(life.now_ms, monthWindow(zone, month).end_ms));
    await aggregate(life, life.now_ms);
    await closeMonth(life, month, id);
    await expectUnchanged(life);
  },
  /** Closes what stands on the first month of the history for everybody, which takes until the next one is over, and archives it. */
  async archive(life: Life): Promise<void> {
    const [first, before, after] = monthsFrom(life.history.from_ms, 3);
    if (life.sent.length === 0 || life.archived !== null || !first || !before || !after) return;
    setClock(life, Math.max(life.now_ms, after.start_ms + 4 * DAY_MS));
    await aggregate(life, life.now_ms);
    await closeMonth(life, first.month);
    await closeMonth(life, before.month);
    const { run, archives } = await pipeline.system().archive({ before: before.month, by: "test" });
    if (run !== null) deeds.did("archive");
    if (run !== null) life.archived = { horizon_ms: before.start_ms, months: archives.map(({ month }) => month) };
    await expectUnchanged(life);
    // One whose id is new: of an id that was sent before it is told whether it repeats that event or contradicts it.
    const sent = new Set(life.sent.map(({ source, id }) => `${source} ${id}`));
    const unsent = life.coming.filter(({ source, id }) => !sent.has(`${source} ${id}`));
    const late = refusedByTime(unsent, before.start_ms - 1);
    if (run === null || late === undefined) return;
    deeds.did("refusal behind the horizon");
    const { rejected } = await pipeline.send([late]);
    expect(rejected.map(({ field }) => field)).toEqual(["time"]);
  },
  async restore(life: Life): Promise<void> {
    for (const month of life.archived?.months ?? []) await pipeline.system().restoreArchive({ month, by: "test" });
    if (life.archived !== null) deeds.did("restore");
    life.archived = null;
    await expectUnchanged(life);
  },
  /** Makes a published run again (P12). */
  async repeat(life: Life, { which }: Numbers): Promise<void> {
    // What a run counted that is archived cannot be counted again.
    if (life.archived !== null) return;
    const runs = await pipeline.system().runs.list({ before_seq: null, limit: 100 });
    const published = runs.filter(({ kind, state }) => kind === "aggregate" && state === "published");
    if (published.length === 0) return;
    const { id, seq } = cutOf(published, which);
    const { missing, added } = await pipeline.system().repeat({ run_id: id });
    deeds.did("repeat");
    expect({ missing, added }, `run ${seq}`).toEqual({ missing: 0n, added: 0n });
    await expectUnchanged(life);
  },
  async restart(): Promise<void> {
    await pipeline.restart();
    deeds.did("restart");
  },
  async moveAccount(life: Life, { many, which }: Numbers): Promise<void> {
    const { id } = cutOf(life.history.accounts, which);
    const time_zone = cutOf(ZONES, many);
    // One move each: what a second change does before the first has come is a case of its own.
    if (life.moved.has(id) || life.world.zones().get(id)?.at(-1)?.time_zone === time_zone) return;
    life.moved.add(id);
    deeds.did("move");
    await pipeline.moveAccount(id, time_zone);
    life.world.move({ account_id: id, time_zone, at_ms: life.now_ms });
  },
  /** An operator adds a usage type; what it counts is published by the next run, and what is closed stays as it is. */
  async addType(life: Life, { many, which }: Numbers): Promise<void> {
    // Of what is archived a new type knows nothing until it is back.
    if (life.archived !== null) return;
    const free = LATER_TYPES.filter((type) => life.added.every(({ usage_type }) => usage_type !== type.usage_type));
    if (free.length === 0) return;
    const asked = { sinceBeginning: many % 2 === 0, isFixed: life.closed.size > 0, now: life.now_ms };
    const added = await addLater(pipeline.system(), cutOf(free, which), asked);
    deeds.did(added === null ? "refused type" : "added type");
    if (added !== null) life.added.push(added);
    await expectUnchanged(life);
  },
  async setRange(life: Life, { which }: Numbers): Promise<void> {
    if (life.moved.has("range")) return;
    life.moved.add("range");
    const range_minutes = cutOf(RANGES, which);
    await pipeline.settings.set("usage.stats.job.aggregation.range", String(range_minutes), "test");
    life.world.setRange({ range_minutes, at_ms: life.now_ms });
    deeds.did("change of range");
  },
};

function setClock(life: Life, now_ms: number): void {
  life.now_ms = now_ms;
  pipeline.clock.set(instant(now_ms));
}

/** Runs, and compares all that is published with the truth. */
async function aggregate(life: Life, until_ms: number, from_ms?: number): Promise<void> {
  life.until_ms = Math.max(life.until_ms, until_ms);
  // A run that finds an empty log sees nobody.
  if (life.sent.length > 0) life.world.settle();
  await pipeline.aggregate(until_ms, from_ms);
  const expected = oracleRecords({
    events: life.sent,
    account_zones: life.world.zones(),
    default_zone: "UTC",
    range_minutes: life.world.ranges(),
    until_ms: life.until_ms,
    types: [...types, ...life.added],
  });
  life.truth = canonicalLines(await readTruth(pipeline));
  expect(life.truth).toEqual(canonicalLines(expected));
  // P8: whatever came, what is closed holds what it held.
  for (const { period, records } of life.closed.values()) expect(await billedIn(period)).toEqual(records);
}

async function expectUnchanged(life: Life): Promise<void> {
  expect(canonicalLines(await readTruth(pipeline))).toEqual(life.truth);
}

/** Closes a month, for one payer or all, whatever may be overridden, and keeps what it holds. */
async function closeMonth(life: Life, month: string, payer_account_id?: string): Promise<void> {
  const system = pipeline.system();
  const overridable = system.checks.filter((check) => check.overridable);
  const overrides = overridable.map(({ name }) => ({ finding: name, reason: "a test" }));
  const payer = payer_account_id === undefined ? {} : { payer_account_id };
  const { closed, refused } = await system.closePeriod({ period: month, ...payer, overrides, by: "test" });
  expect(refused).toEqual([]);
  for (const period of closed) {
    const key = `${period.payer_account_id} ${period.period}`;
    deeds.did("closing");
    if (!life.closed.has(key)) life.closed.set(key, { period, records: await billedIn(period) });
  }
}

/** What a closed month holds, but for what things are called: a name is a label, which a late event may still give. */
async function billedIn({ payer_account_id, start, end }: BillingPeriod): Promise<Omit<UsageRecord, "name">[]> {
  const of = { basis: "billing", from: start, to: end, account_ids: [payer_account_id] } as const;
  return (await readRecords(pipeline.system(), of)).map(({ name: _label, ...record }) => record);
}

const untilOf = ({ until_ms, now_ms }: Life, many: number): number =>
  Math.max(until_ms, now_ms - (many % 40) * HOUR_MS);

test(
  "P1, P8: after each run, whatever happened before it, what is published is the oracle's; zones and ranges change at month starts",
  { timeout: 1_200_000 },
  async () => {
    const numRuns = propertyRuns({ byDefault: 3, share: 0.01 });
    const history = fc
      .constantFrom(...SEASONS)
      .chain((season) => historyArbitrary({ season, kinds: WEIGHTED_KINDS, events: { min: 20, max: 60 } }));
    const commands = fc.array(command, { minLength: 6, maxLength: 12, size: "max" });
    await fc.assert(
      fc.asyncProperty(history, commands, async (lived, course) => {
        await pipeline.reset();
        await beginRegistry();
        const world = createModelWorld(lived.accounts, 1440);
        const begun = {
          sent: [],
          added: [],
          moved: new Set<string>(),
          coming: lived.events,
          closed: new Map(),
          truth: [],
        };
        const life: Life = { history: lived, world, ...begun, archived: null, now_ms: lived.from_ms, until_ms: 0 };
        setClock(life, lived.from_ms);
        for (const { id, time_zone } of lived.accounts) await pipeline.putAccount(id, time_zone);
        for (const { name, ...args } of course) await COMMANDS[name](life, args);
        await COMMANDS.restore(life);
        while (life.coming.length > 0) await COMMANDS.send(life, { many: 9999, which: 0 });
        setClock(life, Math.max(life.now_ms, lived.until_ms));
        // Not less far than before: a run that found nothing in a zone has published nothing there, however far it looked.
        await aggregate(life, Math.max(life.until_ms, lived.until_ms));
        await expectBooked(
          pipeline.system(),
          lived.accounts.map(({ id }) => id),
          deeds,
        );
      }),
      { numRuns, plugins: [fc.interruptAfterTimeLimit(900_000, { failOnInterrupt: true })] },
    );
    deeds.conclude(numRuns);
  },
);
