import { type InstantMs, instant } from "../core/instant.ts";
import { insertLines, timeField } from "../core/insert-lines.ts";
import { alwaysIn, nextMonthStart, parseTimeline } from "../core/zone-timeline.ts";
import { emptyScratch, farthest, type RunContext } from "./context.ts";
import {
  fillScratchAccounts,
  selectAccountMoves,
  selectMovedAccounts,
  selectTimelines,
  selectZones,
  touchMovedAccounts,
  writeAccountMoves,
  writeAccountZones,
} from "./run-sql.ts";
import {
  type Known,
  moveStart,
  type PublishedTo,
  readPublishedTo,
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
export async function fixZones(context: RunContext): Promise<void> {
  const { deps, run_seq, default_zone } = context;
  const lane = deps.store.run;
  await writeAccountZones(lane, { run_seq, default_zone });
  const published = await readPublishedTo(lane);
  const ranges = await readRanges(lane, run_seq);
  await fixRanges(context, await readTimelines(context), { ranges, published });
  const moved = await fixMoves(context, { ranges, published });

  if (moved) await fixRanges(context, await readTimelines(context), { ranges, published });
  const stays = await placeAccounts(context);
  if (moved) await touchMoved(context, { stays, published });
}

/** Notes for all statements of this run which account is in which calendar from when to when, as its zones are fixed. */
export async function placeAccounts(context: RunContext): Promise<Stay[]> {
  const { deps, run_seq } = context;
  const lane = deps.store.run;
  const ranges = await readRanges(lane, run_seq);
  const stays = (await readTimelines(context)).flatMap((text) =>
    staysOf(parseTimeline(text), ranges).map((stay) => ({ ...stay, timeline: text })),
  );
  await emptyScratch(context, "account");
  await fillScratchAccounts(lane, {
    run_seq,
    timelines: stays.map(({ timeline }) => timeline),
    calendars: stays.map(({ calendar }) => calendar),
    from_ms: stays.map(({ from_ms }) => from_ms),
    to_ms: stays.map(({ to_ms }) => to_ms),
  });
  return stays;
}

/** The calendars of this run, once its zones are fixed. */
export async function readZones(context: RunContext): Promise<Zone[]> {
  const lane = context.deps.store.run;
  const ranges = await readRanges(lane, context.run_seq);
  const rows = await selectZones(lane, {});
  const time = (ms: string): InstantMs | null => (ms === "-1" ? null : instant(Number(ms)));
  return rows.map((row) => ({
    zone: row.zone,
    ranges: ranges.get(row.zone) ?? null,
    published_from: time(row.published_from_ms),
    published_to: time(row.published_to_ms),
    founded: row.founded === 1,
    joined: time(row.joined_ms),
    ends: instant(Number(row.ends_ms)),
    turns: row.turns.map((turn) => instant(Number(turn))).filter((turn) => turn > 0 && turn < farthest),
  }));
}

async function readTimelines({ deps, run_seq }: RunContext): Promise<string[]> {
  return (await selectTimelines(deps.store.run, { run_seq })).map(({ timeline }) => timeline);
}

/** Gives zones without one a range since the beginning, and those with another than the setting's one from a month start on. */
async function fixRanges(
  context: RunContext,
  timelines: readonly string[],
  { ranges, published }: Known,
): Promise<void> {
  const { deps, run_seq, range_minutes } = context;
  const zones = new Set(timelines.flatMap((text) => parseTimeline(text).map(({ time_zone }) => time_zone)));
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
  const [row] = await selectMovedAccounts(lane, { run_seq, default_zone });
  if (row === undefined || row.moved === "0") return false;
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
