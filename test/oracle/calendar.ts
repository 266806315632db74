/*
 * Local days, hours and months from Intl alone, so that nothing of the pipeline's calendar can agree with itself here.
 * Since 2000 every zone's offset is a multiple of 15 minutes, so every edge falls on a quarter hour of UTC:
 * the oracle walks the quarter hours and looks at the wall clock.
 */
const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Half-open [start_ms, end_ms). */
export interface OracleWindow {
  readonly start_ms: number;
  readonly end_ms: number;
}

/** Wall clock of a zone at an instant; `day` is the local date as days since 1970-01-01. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const dayStarts = new Map<string, number>();
const dayEdges = new Map<string, readonly number[]>();

/** What a clock on the wall of `zone` shows at `at_ms`; throws on a zone Intl does not know. */
export function wallClock(zone: string, at_ms: number): WallClock {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at_ms)
      .map((part) => [part.type, Number(part.value)]),
  );
  const field = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? Number.NaN;
  const date_ms = Date.UTC(field("year"), field("month") - 1, field("day"));
  return { year: field("year"), month: field("month"), day: date_ms / DAY_MS, minute: field("minute") };
}

/** First instant of the local date `day` (days since 1970-01-01); where midnight is skipped, the end of the gap. */
export function startOfDay(zone: string, day: number): number {
  const key = `${zone} ${day}`;
  const known = dayStarts.get(key);
  if (known !== undefined) return known;
  // No zone is further than 14 hours from UTC.
  let at_ms = day * DAY_MS - 16 * 60 * MINUTE_MS;
  while (wallClock(zone, at_ms).day < day) at_ms += QUARTER_MS;
  dayStarts.set(key, at_ms);
  return at_ms;
}

/** Name "YYYY-MM" of the local month that holds `at_ms`. */
export function monthOf(zone: string, at_ms: number): string {
  const { year, month } = wallClock(zone, at_ms);
  return `${year}-${String(month).padStart(2, "0")}`;
}

/** The local month "YYYY-MM" from its first midnight to the next month's. */
export function monthWindow(zone: string, month: string): OracleWindow {
  const [year = Number.NaN, number = Number.NaN] = month.split("-").map(Number);
  return {
    start_ms: startOfDay(zone, Date.UTC(year, number - 1, 1) / DAY_MS),
    end_ms: startOfDay(zone, Date.UTC(year, number, 1) / DAY_MS),
  };
}

/**
 * Windows of a zone in time order: from the start of the local day that holds `from_ms` to the last one that has ended by `until_ms`.
 * `range_minutes` 1440: local days; 60: edges where the wall clock shows a full hour; else elapsed minutes since local midnight.
 * A local day's start is always an edge, so a month's start is one too.
 */
export function windowsOf(args: {
  readonly zone: string;
  readonly range_minutes: number;
  readonly from_ms: number;
  readonly until_ms: number;
}): OracleWindow[] {
  const { zone, range_minutes, from_ms, until_ms } = args;
  const edges: number[] = [];
  for (let day = wallClock(zone, from_ms).day; startOfDay(zone, day) <= until_ms; day++) {
    edges.push(...edgesOfDay(zone, range_minutes, day));
  }
  const windows: OracleWindow[] = [];
  for (const [index, end_ms] of edges.entries()) {
    const start_ms = edges[index - 1];
    if (start_ms !== undefined && end_ms <= until_ms) windows.push({ start_ms, end_ms });
  }
  return windows;
}

/** Edges of the windows of one local day, its start among them; a day that does not exist (Samoa 2011-12-30) has none. */
export function edgesOfDay(zone: string, range_minutes: number, day: number): readonly number[] {
  if (1440 % range_minutes !== 0) throw new Error(`range of ${range_minutes} minutes does not divide a day`);
  const key = `${zone} ${range_minutes} ${day}`;
  const known = dayEdges.get(key);
  if (known !== undefined) return known;
  const [start_ms, end_ms] = [startOfDay(zone, day), startOfDay(zone, day + 1)];
  const edges: number[] = [];
  const step_ms = range_minutes === 60 ? QUARTER_MS : range_minutes * MINUTE_MS;
  for (let at_ms = start_ms; at_ms < end_ms; at_ms += step_ms) {
    const isEdge =
      at_ms === start_ms || (range_minutes === 60 ? wallClock(zone, at_ms).minute === 0 : range_minutes < 1440);
    if (isEdge) edges.push(at_ms);
  }
  dayEdges.set(key, edges);
  return edges;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    formats.set(zone, format);
  }
  return format;
}
