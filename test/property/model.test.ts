import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { instant } from "../../core/instant.ts";
import { canonicalLines } from "../e2e/faults/canonical.ts";
import { BUILT_IN_TYPES, type EventJson, oracleRecords } from "../oracle/index.ts";
import { instantOf } from "../oracle/event.ts";
import { openPipeline, type Pipeline, readTruth } from "../pipeline.ts";
import { SEASONS, ZONES } from "./history-cast.ts";
import { WEIGHTED_KINDS, OPERATOR_TYPES } from "./history-families.ts";
import { cutOf } from "./history-life.ts";
import { type History, historyArbitrary } from "./history.ts";
import { createModelWorld, type ModelWorld } from "./model-world.ts";
import { propertyRuns } from "./property-runs.ts";

const types = [...BUILT_IN_TYPES, ...OPERATOR_TYPES];
const RANGES = [1440, 720, 240] as const;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openPipeline();
  for (const type of OPERATOR_TYPES) await pipeline.system().usageTypes.add(type, "test");
});
afterAll(() => pipeline.close());

/** What a command acts on: the events still to come, and what must hold once they have. */
interface Life {
  readonly history: History;
  readonly world: ModelWorld;
  readonly sent: EventJson[];
  readonly moved: Set<string>;
  now_ms: number;
  /** How far the furthest run looked. */
  until_ms: number;
}

interface Numbers {
  readonly many: number;
  readonly which: number;
}

/**
 * What may happen, in any order and number. Late events, amendments, retractions, repeats and conflicts are in what is sent.
 * A crash, the closing of a period and the end of retention belong here too: none of them may change the truth by use.
 */
const COMMANDS = {
  async send(life: Life, { many }: Numbers): Promise<void> {
    const { events } = life.history;
    const batch = events.slice(life.sent.length, life.sent.length + 1 + (many % Math.ceil(events.length / 3)));
    const times = batch.flatMap(({ time, data }) => [time, data.event?.time ?? time]).map(instantOf);
    setClock(life, Math.max(life.now_ms, ...times));
    const { rejected } = await pipeline.send(batch);
    expect(rejected.filter(({ field }) => field !== "id")).toEqual([]);
    life.sent.push(...batch);
  },
  async run(life: Life, { many }: Numbers): Promise<void> {
    await aggregate(life, Math.max(life.until_ms, life.now_ms - (many % 40) * 3_600_000));
  },
  async runAgain(life: Life, { which }: Numbers): Promise<void> {
    const { from_ms, to_ms } = life.history;
    await aggregate(life, life.now_ms, Math.floor(from_ms + ((which % 100) / 100) * (to_ms - from_ms)));
  },
  async restart(): Promise<void> {
    await pipeline.restart();
  },
  async moveAccount(life: Life, { many, which }: Numbers): Promise<void> {
    const { id } = cutOf(life.history.accounts, which);
    const time_zone = cutOf(ZONES, many);
    // One move each: what a second change does before the first has come is a case of its own.
    if (life.moved.has(id) || life.world.zones().get(id)?.at(-1)?.time_zone === time_zone) return;
    life.moved.add(id);
    await pipeline.moveAccount(id, time_zone);
    life.world.move({ account_id: id, time_zone, at_ms: life.now_ms });
  },
  async setRange(life: Life, { which }: Numbers): Promise<void> {
    if (life.moved.has("range")) return;
    life.moved.add("range");
    const range_minutes = cutOf(RANGES, which);
    await pipeline.settings.set("usage.stats.job.aggregation.range", String(range_minutes), "test");
    life.world.setRange({ range_minutes, at_ms: life.now_ms });
  },
};

const numbers = { many: fc.nat({ max: 9999 }), which: fc.nat({ max: 9999 }) };
const command = fc.record({
  name: fc.constantFrom<keyof typeof COMMANDS>(
    ...([
      "send",
      "send",
      "send",
      "run",
      "run",
      "runAgain",
      "restart",
      "moveAccount",
      "moveAccount",
      "setRange",
    ] as const),
  ),
  ...numbers,
});

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
    types,
  });
  expect(canonicalLines(await readTruth(pipeline))).toEqual(canonicalLines(expected));
}

test(
  "P1, P8: after each run, whatever happened before it, what is published is the oracle's; zones and ranges change at month starts",
  { timeout: 1_200_000 },
  async () => {
    const numRuns = propertyRuns({ byDefault: 4, share: 0.01 });
    const history = fc
      .constantFrom(...SEASONS)
      .chain((season) => historyArbitrary({ season, kinds: WEIGHTED_KINDS, events: { min: 20, max: 60 } }));
    const commands = fc.array(command, { minLength: 6, maxLength: 14, size: "max" });
    await fc.assert(
      fc.asyncProperty(history, commands, async (lived, course) => {
        await pipeline.reset();
        const world = createModelWorld(lived.accounts, 1440);
        const life: Life = { history: lived, world, sent: [], moved: new Set(), now_ms: lived.from_ms, until_ms: 0 };
        setClock(life, lived.from_ms);
        for (const { id, time_zone } of lived.accounts) await pipeline.putAccount(id, time_zone);
        for (const { name, ...args } of course) await COMMANDS[name](life, args);
        while (life.sent.length < lived.events.length) await COMMANDS.send(life, { many: 9999, which: 0 });
        setClock(life, Math.max(life.now_ms, lived.until_ms));
        await aggregate(life, lived.until_ms);
      }),
      { numRuns, plugins: [fc.interruptAfterTimeLimit(900_000, { failOnInterrupt: true })] },
    );
  },
);
