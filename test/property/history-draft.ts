import type { EventJson } from "../oracle/event.ts";
import type { Cast, Track } from "./history-cast.ts";
import { READINGS } from "./history-families.ts";
import { cutOf, type Life, nextLife } from "./history-life.ts";
import { timeText, writeEvent } from "./history-json.ts";
import { isNeverSent, revisionsOf } from "./history-revise.ts";

/**
 * One event before it is written down: small numbers only, 0 the plainest choice of each, so that fast-check shrinks
 * a history to a plain one and a seeded generator can draw the same. Each field lies below its bound.
 */
export type Draft = Readonly<Record<keyof typeof DRAFT_BOUNDS, number>>;

/** Exclusive upper bound of each number in a draft; those of 100 are read as percentages. */
export const DRAFT_BOUNDS = {
  resource: 2 ** 20,
  at: 2 ** 40,
  edge: 100,
  tie: 100,
  act: 100,
  move: 100,
  change: 100,
  sequence: 100,
  source: 100,
  late: 100,
  again: 100,
  again_late: 100,
  form: 100,
  partial: 100,
  some: 100,
  value: 2 ** 24,
  revise: 100,
  revise_late: 100,
  rare: 1000,
} as const;

const SOURCES = ["cloudstack/zone-1", "cloudstack/zone-2"] as const;
// The first must not be compared as a double, the second not as text (9 < 10); and the source comes before the number.
const FIRST_SEQUENCES = [9_007_199_254_740_990n, 8n] as const;
const SEQUENCE_JUMPS_BELOW = 10n ** 12n;
// UTF-16 orders the last two the other way round than UTF-8 does.
const ID_PREFIXES = ["ev-", "～", "😀"] as const;
// Every sixth draft happens in the instant of the one before, to the same track: a tenth of ties is certain.
const TIE_EVERY = 6;
const HOUR_MS = 3_600_000;
const BEFORE_SEASON_MS = 60 * HOUR_MS;

interface Dated {
  readonly draft: Draft;
  readonly index: number;
  readonly at_ms: number;
  readonly track: Track;
}

interface Arrival {
  readonly event: EventJson;
  readonly arrives_ms: number;
}

/** Events of the drafts in order of arrival; without `conflicts`, a repeat is always an exact one. */
export function eventsOf(drafts: readonly Draft[], cast: Cast, conflicts: boolean): EventJson[] {
  const lives = new Map<string, Life>();
  const sequences: bigint[] = [...FIRST_SEQUENCES];
  const arrivals: Arrival[] = [];
  for (const dated of dateDrafts(drafts, cast).sort((a, b) => a.at_ms - b.at_ms || a.index - b.index)) {
    const { draft, index, at_ms, track } = dated;
    const life = nextLife(lives.get(trackKey(track)), track, draft, cast);
    lives.set(trackKey(track), life);
    const source = sourceOf(track, draft);
    const told = writeEvent({
      id: `${ID_PREFIXES[draft.form >= 90 ? (draft.form % 2) + 1 : 0]}${index}`,
      source: SOURCES[source],
      sequence: draft.sequence < 50 ? null : sequenceOf(sequences, source, draft),
      time: timeText(at_ms, draft.form),
      track,
      life,
      form: draft.form,
      accounts: cast.accounts,
    });
    const event = draft.rare >= 997 ? endOfAccount(told) : told;
    const arrives_ms = at_ms + lateness(draft.late);
    if (!isNeverSent(draft)) arrivals.push({ event, arrives_ms });
    if (draft.again >= 80 && !isNeverSent(draft)) {
      const again = conflicts && draft.again >= 90 ? otherContent(event, dated, cast) : event;
      arrivals.push({ event: again, arrives_ms: at_ms + lateness(draft.again_late) + 1 });
    }
    for (const { event: revision, after_ms } of revisionsOf(event, at_ms, draft, cast)) {
      arrivals.push({ event: revision, arrives_ms: arrives_ms + after_ms });
    }
  }
  return arrivals.sort((a, b) => a.arrives_ms - b.arrives_ms).map(({ event }) => event);
}

function dateDrafts(drafts: readonly Draft[], cast: Cast): Dated[] {
  const dated: Dated[] = [];
  const last = new Map<string, number>();
  for (const [index, draft] of drafts.entries()) {
    const before = dated[index - 1];
    const isTie = before !== undefined && (draft.tie >= 85 || index % TIE_EVERY === TIE_EVERY - 1);
    const track = cutOf(cast.tracks, draft.resource);
    const next = isTie
      ? { ...before, draft, index }
      : { draft, index, at_ms: instantOfTrack(cast, draft, track, last.get(trackKey(track))), track };
    last.set(trackKey(next.track), next.at_ms);
    dated.push(next);
  }
  return dated;
}

// A gauge is read some minutes after it was read before, and some devices are known since before the season.
function instantOfTrack(cast: Cast, draft: Draft, track: Track, last_ms: number | undefined): number {
  const { season } = cast;
  const reads = track.kind in READINGS ? READINGS[track.kind as keyof typeof READINGS].type : "";
  if (reads === "tally.counter" && draft.rare >= 850 && draft.rare < 997) {
    return season.from_ms - 1 - (draft.at % BEFORE_SEASON_MS);
  }
  if (reads === "tally.gauge" && draft.partial >= 40 && last_ms !== undefined) {
    return Math.min(last_ms + (draft.at % (HOUR_MS / 3)), season.to_ms - 1);
  }
  return instantIn(cast, draft);
}

function instantIn({ season, edges_ms }: Cast, { at, edge }: Draft): number {
  const any_ms = season.from_ms + (at % (season.to_ms - season.from_ms));
  if (edge < 40) return any_ms;
  if (edge < 60) return any_ms - (any_ms % 1000);
  if (edge < 70) return any_ms - (any_ms % (HOUR_MS / 2));
  const edge_ms = cutOf(edges_ms, at);
  if (edge < 90) return edge_ms;
  return Math.max(season.from_ms, edge < 95 ? edge_ms - 1 : edge_ms + 1);
}

const trackKey = ({ kind, resource, part }: Track): string => [kind, resource, part].join(" ");

// Each resource has its source, and sometimes the other one speaks of it.
function sourceOf({ number }: Track, { source }: Draft): 0 | 1 {
  const isFirst = number % 4 < 2;
  return isFirst === source < 80 ? 0 : 1;
}

// The next number, now and then one far on, now and then the last one again.
function sequenceOf(sequences: bigint[], source: 0 | 1, { sequence, form }: Draft): string {
  const last = sequences[source] ?? 0n;
  const isFarOn = form % 3 === 2 && last < SEQUENCE_JUMPS_BELOW;
  const next = sequence >= 95 ? last : isFarOn ? last * 3n + 1n : last + 1n;
  sequences[source] = next;
  return next.toString();
}

// In time, some hours late, or days late.
function lateness(late: number): number {
  if (late < 35) return 0;
  return late < 60 ? (late - 34) * 2 * HOUR_MS : (late - 59) * 4 * HOUR_MS;
}

// The owner is deleted in that instant, and of the event only that is left.
function endOfAccount({ data, ...event }: EventJson): EventJson {
  const { account_id } = data;
  return {
    ...event,
    type: "ACCOUNT.DELETE",
    subject: `account/${account_id}`,
    data: { account_id, resource: account_id },
  };
}

// The same (source, id) telling another story: another time, another resource, or another thing that happened.
function otherContent(event: EventJson, { draft, at_ms, track }: Dated, { season, tracks }: Cast): EventJson {
  const other = tracks.find(({ kind, resource }) => kind === track.kind && resource !== track.resource);
  if (draft.again >= 94 && draft.again < 97 && other !== undefined && event.type !== "ACCOUNT.DELETE") {
    const { resource } = other;
    return { ...event, subject: `${other.kind}/${resource}`, data: { ...event.data, resource } };
  }
  if (draft.again >= 97 && (track.kind === "vm" || track.kind === "volume") && event.type !== "ACCOUNT.DELETE") {
    const swapped = { "VM.START": "VM.STOP", "VOLUME.RESIZE": "VOLUME.DELETE" } as const;
    const fallback = track.kind === "vm" ? "VM.START" : "VOLUME.RESIZE";
    return { ...event, type: event.type === fallback ? swapped[fallback] : fallback };
  }
  // Earlier, as nothing arrives before it happened.
  const other_ms = Math.max(season.from_ms, at_ms - HOUR_MS * ((draft.again % 5) + 1));
  return { ...event, time: timeText(other_ms === at_ms ? at_ms + 1 : other_ms, 0) };
}
