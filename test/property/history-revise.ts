import type { EventData, EventJson } from "../oracle/event.ts";
import type { Cast } from "./history-cast.ts";
import type { Draft } from "./history-draft.ts";
import { timeText } from "./history-json.ts";

/** A message and how long after what it speaks of it arrives; negative: before it. */
export interface Revision {
  readonly event: EventJson;
  readonly after_ms: number;
}

const HOUR_MS = 3_600_000;

/**
 * What is said later, or sooner, about an event: nothing for most, for the others an amendment or a retraction, for some of
 * them more of these in any order, or one that speaks of the revision itself.
 */
export function revisionsOf(event: EventJson, at_ms: number, draft: Draft, cast: Cast): Revision[] {
  const { revise, value } = draft;
  if (revise < 88) return [];
  const first = revision(event, 1 + (value % 3), `${event.id}~1`, at_ms, draft, cast);
  const revisions: Revision[] = [{ event: first, after_ms: delay(draft.revise_late) }];
  if (revise >= 94) {
    // Higher, equal or lower than the first.
    const other = { ...draft, value: draft.value >> 2 };
    const second = revision(event, 1 + (other.value % 3), `${event.id}~2`, at_ms, other, cast);
    revisions.push({ event: second, after_ms: delay(99 - draft.revise_late) });
  }
  if (revise === 92 || revise === 93 || revise >= 97) {
    const other = { ...draft, value: draft.value >> 3 };
    const content = first.data.event ?? event;
    // Speaks of the revision, whose place it takes: for nothing where the second one wins.
    const revised = { ...content, source: first.source, id: first.id };
    const later = revision(revised, 1, `${first.id}~1`, at_ms, other, cast);
    revisions.push({ event: later, after_ms: delay(draft.again_late) });
  }
  return revisions;
}

/** Whether an event's own message never comes, though its revision does. */
export function isNeverSent({ revise, revise_late }: Draft): boolean {
  return revise === 91 || (revise >= 88 && revise_late === 99);
}

// Some hours before, at once, or up to days later.
function delay(late: number): number {
  return late < 30 ? (late - 30) * HOUR_MS : (late - 29) * (HOUR_MS / 2);
}

function revision(original: EventJson, number: number, id: string, at_ms: number, draft: Draft, cast: Cast): EventJson {
  const { data } = original;
  const isRetraction = draft.value % 10 >= 7;
  return {
    specversion: "1.0",
    id,
    source: original.source,
    type: isRetraction ? "tally.event.retracted" : "tally.event.amended",
    time: timeText(at_ms, draft.form),
    data: {
      account_id: data.account_id,
      resource: data.resource,
      original: { source: original.source, id: original.id },
      revision: number,
      by: "operator",
      why: "it was not so",
      ...(isRetraction ? {} : { event: amended(original, at_ms, draft, cast) }),
    },
  };
}

// The event as it should have been: at another time, of another owner, of another shape, or word for word the same.
function amended(original: EventJson, at_ms: number, { value, revise_late }: Draft, cast: Cast): EventJson {
  const { from_ms, to_ms } = cast.season;
  const other_ms = Math.min(Math.max(from_ms, at_ms + (revise_late - 50) * (HOUR_MS / 3)), to_ms - 1);
  const { data } = original;
  switch (value % 5) {
    case 0:
      return { ...original, time: timeText(other_ms, 0) };
    case 1: {
      const account_id = cast.accounts[value % cast.accounts.length]?.id ?? data.account_id;
      return { ...original, data: { ...data, account_id } };
    }
    case 2:
      return { ...original, data: { ...data, offering: "amended", ...sizes(data) } };
    case 3:
      return { ...original, time: timeText(other_ms, 0), data: { ...data, tags: { amended: "yes" }, ...sizes(data) } };
    default:
      return original;
  }
}

// What is charged by its size keeps one, what is not gets none.
function sizes({ size }: EventData): Partial<EventData> {
  return size === undefined || size === null ? {} : { size: "4096" };
}
