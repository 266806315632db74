import { startOfDay, wallClock } from "../oracle/calendar.ts";
import { instantOf } from "../oracle/event.ts";
import { FAMILIES, type Kind, READINGS } from "./history-families.ts";

export interface HistoryAccount {
  readonly id: string;
  readonly time_zone: string;
}

/** What lives a life of its own: a resource, or a part of one. */
export interface Track {
  readonly kind: Kind;
  /** The id of its resource; what is a part of a VM has the VM's. */
  readonly resource: string;
  readonly part: string;
  /** Tells tracks of one resource apart, and ids of resources of a kind. */
  readonly number: number;
}

/** A few days worth living through: clocks turn in it or at its side, and most hold a month's edge. */
export interface Season {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly turns_ms: readonly number[];
}

/** Who and what a history is about, and the instants at which something is cut. */
export interface Cast {
  readonly accounts: readonly HistoryAccount[];
  readonly tracks: readonly Track[];
  readonly season: Season;
  readonly edges_ms: readonly number[];
}

export const ZONES: readonly string[] = [
  "Europe/Amsterdam",
  "UTC",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "America/St_Johns",
];

/** Spring and autumn in Europe, Lord Howe (half an hour) and Newfoundland. */
export const SEASONS: readonly Season[] = [
  season("2026-03-27T00:00:00Z", "2026-04-02T00:00:00Z", "2026-03-29T01:00:00Z"),
  season("2026-10-23T00:00:00Z", "2026-10-28T00:00:00Z", "2026-10-25T01:00:00Z"),
  season("2026-03-31T00:00:00Z", "2026-04-06T00:00:00Z", "2026-04-04T15:00:00Z"),
  season("2026-09-30T00:00:00Z", "2026-10-05T00:00:00Z", "2026-10-03T15:30:00Z"),
  season("2026-10-30T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-01T04:30:00Z"),
];

/** The cast of a history: `zones` in the order of the accounts, a resource of each of the `kinds`. */
export function castOf(args: {
  readonly zones: readonly string[];
  readonly kinds: readonly Kind[];
  readonly season: Season;
}): Cast {
  const { zones, kinds, season: days } = args;
  return {
    accounts: zones.map((time_zone, index) => ({ id: accountId(index), time_zone })),
    tracks: kinds.flatMap((kind, index) => tracksAt(kind, index, kinds)),
    season: days,
    edges_ms: [...days.turns_ms, ...midnights(zones, days)],
  };
}

// Parts of VMs are parts of the last VM before them, consoles are VMs' and loads are services', so that their stories meet.
function tracksAt(kind: Kind, index: number, kinds: readonly Kind[]): Track[] {
  if (kind === "vm" || kind === "volume") return [{ kind, resource: `${kind}-${index}`, part: "", number: index }];
  if (kind in FAMILIES) {
    const { parts, ofVm } = FAMILIES[kind as keyof typeof FAMILIES];
    const resource = ofVm ? bearer("vm", index, kinds) : `${kind}-${index}`;
    return parts.map((part) => ({ kind, resource, part, number: index }));
  }
  const { part } = READINGS[kind as keyof typeof READINGS];
  const bearers: Partial<Record<Kind, Kind>> = { console: "vm", load: "service" };
  const of = bearers[kind];
  return [{ kind, resource: of === undefined ? `${kind}-${index}` : bearer(of, index, kinds), part, number: index }];
}

function bearer(kind: Kind, index: number, kinds: readonly Kind[]): string {
  const before = kinds.lastIndexOf(kind, index);
  return `${kind}-${before === -1 ? Math.max(kinds.indexOf(kind), 0) : before}`;
}

// Accounts are known by uuid.
function accountId(index: number): string {
  return `00000000-0000-4000-8000-${(index + 0xacc0).toString(16).padStart(12, "0")}`;
}

function midnights(zones: readonly string[], { from_ms, to_ms }: Season): number[] {
  const found = new Set<number>();
  for (const zone of zones) {
    for (let day = wallClock(zone, from_ms).day; startOfDay(zone, day) < to_ms; day++) {
      if (startOfDay(zone, day) >= from_ms) found.add(startOfDay(zone, day));
    }
  }
  return [...found].sort((a, b) => a - b);
}

function season(from: string, to: string, turn: string): Season {
  return { from_ms: instantOf(from), to_ms: instantOf(to), turns_ms: [instantOf(turn)] };
}
