import { type InstantMs, instant } from "../core/instant.ts";
import { insertLines, timeField } from "../core/insert-lines.ts";
import { alwaysIn, nextMonthStart, parseTimeline } from "../core/zone-timeline.ts";
import { emptyScratch, farthest, type RunContext } from "./context.ts";
import {
  fillScratchAccounts,
  selectAccountMoves,
  selectTimelines,
  touchMovedAccounts,
  writeAccountMoves,
  writeAccountZones,
} from "./run-sql.ts";
import { publishedCalendars } from "./published-calendars.ts";
import {
  type Known,
  moveStart,
  type PublishedTo,
  type Ranges,
  readRanges,
  type Stay,
  staysOf,
  zoneOfCalendar,
} from "./stays.ts";
import type { RangeFrom } from "./windows.ts";

/**
 * A calendar in which windows are cut: a zone, or the one window between the start of an account's month and the first edge
 * of the zone it moved to.
 */
export interface Zone {
  readonly zone: string;
  /** The lengths of its windows over time; null = it has one window alone, from `joined` to `ends`. */
  readonly ranges: readonly RangeFrom[] | null;
  /** How far it is published; null = not at all. */
  readonly published_from: InstantMs | null;
  readonly published_to: InstantMs | null;
  /** Whether accounts are in it since the beginning, whose first event opens it. */
  readonly founded: boolean;
  /** When the first account moved in; null = none did. */
  readonly joined: InstantMs | null;
  /** When the last account leaves. */
  readonly ends: InstantMs;
  /** Instants at which accounts come or go: windows on both sides of one are computed apart. */
  readonly turns: readonly InstantMs[];
}

/**
 * Fixes for this run which account is in which zone from when on, and the length of each zone's windows (design.md §6.3): an
 * account nobody has seen is in its zone since the beginning; a later change takes effect at the account's next month start,
 * at or after the change and what is published for it; so does a change of the range, at the zone's. What is published stays.
 */
export async function fixZones(context: RunContext): Promise<Placing> {
  const { deps, run_seq, default_zone } = context;
  await writeAccountZones(deps.store.run, { run_seq, default_zone });
  const published = await publishedTo(context);
  const ranges = await readRanges(deps.store.run, run_seq);
  let timelines = await readTimelines(context);
  await fixRanges(context, timelines, { ranges, published });
  const moved = timelines.some((one) => one.moved !== "0") && (await fixMoves(context, { ranges, published }));
  if (moved) {
    timelines = await readTimelines(context);
    await fixRanges(context, timelines, { ranges, published });
  }
  const stays = await fillAccounts(context, timelines, ranges);
  if (moved) await touchMoved(context, { stays, published });
  return { stays, ranges };
}

/** Which account is in which calendar from when to when, as the zones of a run are fixed, and the lengths of their windows. */
export interface Placing {
  /** The stays of all timelines that accounts have. */
  readonly stays: readonly Stay[];
  readonly ranges: Ranges;
}

/** Notes for all statements of this run which account is in which calendar from when to when, its zones being fixed already. */
export async function placeAccounts(context: RunContext): Promise<Placing> {
  const ranges = await readRanges(context.deps.store.run, context.run_seq);
  return { stays: await fillAccounts(context, await readTimelines(context), ranges), ranges };
}

async function fillAccounts(context: RunContext, timelines: readonly Told[], ranges: Ranges): Promise<Stay[]> {
  const { deps, run_seq } = context;
  const stays = timelines.flatMap(({ timeline }) =>
    staysOf(parseTimeline(timeline), ranges).map((stay) => ({ ...stay, timeline })),
  );
  await emptyScratch(context, "account");
  await fillScratchAccounts(deps.store.run, {
    run_seq,
    timelines: stays.map(({ timeline }) => timeline),
    calendars: stays.map(({ calendar }) => calendar),
    from_ms: stays.map(({ from_ms }) => from_ms),
    to_ms: stays.map(({ to_ms }) => to_ms),
  });
  return stays;
}

/** The calendars of this run in the order of their names: who is in them when, and how far each is published. */
export async function readZones(context: RunContext, { stays, ranges }: Placing): Promise<Zone[]> {
  const published = await publishedCalendars(context);
  const names = [...new Set(stays.map(({ calendar }) => calendar))].toSorted();
  return names.map((zone) => {
    const within = stays.filter(({ calendar }) => calendar === zone);
    const begins = within.map(({ from_ms }) => from_ms);
    const joined = begins.filter((from_ms) => from_ms > 0);
    const turns = new Set(within.flatMap(({ from_ms, to_ms }) => [from_ms, to_ms]));
    const known = published.get(zone);
    return {
      zone,
      ranges: ranges.get(zone) ?? null,
      published_from: known?.from ?? null,
      published_to: known?.to ?? null,
      founded: begins.includes(0),
      joined: joined.length === 0 ? null : instant(Math.min(...joined)),
      ends: instant(Math.max(...within.map(({ to_ms }) => to_ms))),
      turns: [...turns]
        .filter((turn) => turn > 0 && turn < farthest)
        .toSorted((a, b) => a - b)
        .map((ms) => instant(ms)),
    };
  });
}

async function publishedTo(context: RunContext): Promise<PublishedTo> {
  return new Map([...(await publishedCalendars(context))].map(([calendar, { to }]) => [calendar, to]));
}

type Told = Awaited<ReturnType<typeof selectTimelines>>[number];

function readTimelines({ deps, run_seq, default_zone }: RunContext): Promise<Told[]> {
  return selectTimelines(deps.store.run, { run_seq, default_zone });
}

/** Gives zones without one a range since the beginning, and those with another than the setting's one from a month start on. */
async function fixRanges(context: RunContext, timelines: readonly Told[], { ranges, published }: Known): Promise<void> {
  const { deps, run_seq, range_minutes } = context;
  const zones = new Set(timelines.flatMap(({ timeline }) => parseTimeline(timeline).map(({ time_zone }) => time_zone)));
  const lines: string[] = [];
  for (const zone of zones) {
    const known = ranges.get(zone) ?? [];
    const last = known.at(-1);
    if (last?.range_minutes === range_minutes) continue;
    const from_ms = last === undefined ? 0 : await rangeStart(context, { zone, last, published });
    if (from_ms === null) continue;
    ranges.set(zone, [...known.filter((one) => one.from_ms < from_ms), { from_ms, range_minutes }]);
    lines.push(`${run_seq}\t${zone}\t${range_minutes}\t${timeField(from_ms)}\n`);
  }
  if (lines.length === 0) return;
  const columns = ["run_seq", "time_zone", "range_minutes", "from_at"];
  await insertLines(deps.store.run, { table: "zone_range", columns }, lines.join(""));
}

async function rangeStart(
  context: RunContext,
  { zone, last, published }: { zone: string; last: RangeFrom; published: PublishedTo },
): Promise<number | null> {
  const since = await settingSince(context, "usage.stats.job.aggregation.range", `${context.range_minutes}`);
  if (since === null) return null;
  // Windows that lead into the zone end on an edge of it, which must stay one.
  const ends = [...published].filter(([calendar]) => zoneOfCalendar(calendar) === zone).map(([, to]) => to);
  // Not before the last one begins, which it then supersedes, even if the clock was set back since.
  return Math.max(last.from_ms, nextMonthStart(alwaysIn(zone), instant(Math.max(since, ...ends))));
}

/** Since when a setting has the value this run goes by; null = it has been changed again meanwhile, which is the next run's. */
async function settingSince({ deps }: RunContext, name: string, value: string): Promise<InstantMs | null> {
  const setting = await deps.settings.find(name);
  return setting.value === value ? (setting.changed_at ?? instant(0)) : null;
}

/** Fixes from when on accounts are in another zone than so far. @returns whether any are. */
async function fixMoves(context: RunContext, known: Known): Promise<boolean> {
  const { deps, run_seq, default_zone } = context;
  const lane = deps.store.run;
  const default_since_ms = await settingSince(context, "usage.aggregation.timezone", default_zone);
  if (default_since_ms === null) return false;
  const moves = await selectAccountMoves(lane, { run_seq, default_zone, default_since_ms });
  await writeAccountMoves(lane, {
    run_seq,
    default_zone,
    default_since_ms,
    moves: moves.map(({ move }) => move),
    from_ms: moves.map(({ timeline, since_ms }) => moveStart(parseTimeline(timeline), Number(since_ms), known)),
  });
  return true;
}

/** What is published already of a calendar that accounts have just moved into lacks what they used: it is said as a correction. */
async function touchMoved(
  { deps, run_seq }: RunContext,
  { stays, published }: { stays: readonly Stay[]; published: PublishedTo },
): Promise<void> {
  const passed = stays.filter(({ calendar, from_ms }) => from_ms > 0 && from_ms < (published.get(calendar) ?? 0));
  if (passed.length === 0) return;
  await touchMovedAccounts(deps.store.run, {
    run_seq,
    calendars: passed.map(({ calendar }) => calendar),
    from_ms: passed.map(({ from_ms }) => from_ms),
  });
}
