import { createHash } from "node:crypto";
import type { EventCheck } from "../routes/events.ts";
import type { Client } from "../client/client.ts";
import { gatherLines, type Line } from "./line-batches.ts";
import { type EventSink, nameFirst, type RejectedLine } from "./send-events.ts";

/** What would become of everything, and what it would change; the first ten refusals and conflicts are named. */
export interface CheckOutcome {
  readonly new: number;
  readonly duplicates: number;
  readonly conflicting: number;
  readonly first_conflicting: readonly RejectedLine[];
  readonly rejected: number;
  readonly first_rejected: readonly RejectedLine[];
  /** Published windows in which new events happen. */
  readonly windows: number;
  /** Billing periods those are of, the oldest first, and how many accounts have them open or closed. */
  readonly periods: readonly { readonly period: string; readonly open: number; readonly closed: number }[];
}

/**
 * Asks batch by batch what would become of lines, and then, unless it is a dry run, sends them. An id that came in an earlier batch is told by its text:
 * the same again is a duplicate, another one a conflict.
 */
export function createEventChecker(
  client: Client,
  { dry_run, on_progress }: { dry_run: boolean; on_progress: (so_far: CheckOutcome) => void },
): EventSink<CheckOutcome> {
  const sums = { new: 0, duplicates: 0, conflicting: 0, rejected: 0 };
  const first_conflicting: RejectedLine[] = [];
  const first_rejected: RejectedLine[] = [];
  const earlier = new Map<string, string>();
  const windows = new Set<string>();
  const accounts = new Map<string, { open: Set<string>; closed: Set<string> }>();

  const { add, end } = gatherLines(async (lines) => {
    const asked = lines.filter(({ text, line }) => {
      const known = earlier.get(nameOf(text));
      if (known === undefined) return true;
      if (known === digest(text)) sums.duplicates += 1;
      else {
        sums.conflicting += 1;
        const reason = "its source and id came before with other content";
        first_conflicting.push(
          ...nameFirst([{ index: 0, id: null, field: "id", reason }], [{ text, line }], first_conflicting.length),
        );
      }
      return false;
    });
    if (asked.length > 0) {
      const request = { method: "POST", path: "/v1/events/check", ...ndjson, body: bodyOf(asked) } as const;
      const told = (await client.call(request)) as EventCheck;
      sums.new += told.new;
      sums.duplicates += told.duplicates;
      sums.conflicting += told.conflicting.length;
      sums.rejected += told.rejected.length;
      first_conflicting.push(...nameFirst(told.conflicting, asked, first_conflicting.length));
      first_rejected.push(...nameFirst(told.rejected, asked, first_rejected.length));
      const gone = new Set([...told.rejected, ...told.conflicting].map(({ index }) => index));
      for (const [index, { text }] of asked.entries()) if (!gone.has(index)) earlier.set(nameOf(text), digest(text));
      for (const window of told.windows) countWindow(window);
    }
    if (!dry_run) await client.call({ method: "POST", path: "/v1/events", ...ndjson, body: bodyOf(lines) });
    on_progress(outcome());
  });

  function countWindow({ account_id, time_zone, start, period, closed }: EventCheck["windows"][number]): void {
    windows.add(`${time_zone} ${start}`);
    const of = accounts.get(period) ?? { open: new Set(), closed: new Set() };
    accounts.set(period, of);
    of[closed ? "closed" : "open"].add(account_id);
  }

  function outcome(): CheckOutcome {
    const periods = [...accounts]
      .map(([period, { open, closed }]) => ({ period, open: open.size, closed: closed.size }))
      .toSorted((a, b) => (a.period < b.period ? -1 : 1));
    return { ...sums, first_conflicting, first_rejected, windows: windows.size, periods };
  }
  return { add, end: () => end().then(outcome) };
}

/** The outcome for a person. */
export function renderCheck(
  { dry_run }: { dry_run: boolean },
  { periods, windows, first_conflicting, first_rejected, ...sums }: CheckOutcome,
): string {
  const counts = `${sums.new} new, ${sums.duplicates} duplicates, ${sums.conflicting} conflicting, ${sums.rejected} rejected\n`;
  const named = [...first_conflicting, ...first_rejected].map(
    ({ line, id, reason }) => `  line ${line}${id === null ? "" : ` (${id})`}: ${reason}\n`,
  );
  const touched =
    windows === 0
      ? "No published window holds any of the new ones.\n"
      : `${windows} published windows hold new events; the next run computes them anew, and later ones where something stays open:\n`;
  const months = periods.map(({ period, open, closed }) => {
    const booked = closed === 0 ? "" : `, ${closed} closed (as adjustments in the next open period)`;
    return `  ${period}: accounts with the period open ${open}${booked}\n`;
  });
  return `${counts}${named.join("")}${touched}${months.join("")}${dry_run ? "Nothing was taken in: a dry run." : "All of it was put in; repeats and conflicts are sorted out by the next run."}\n`;
}

const ndjson = { content_type: "application/x-ndjson" };

function bodyOf(lines: readonly Line[]): string {
  return lines.map(({ text }) => text).join("\n");
}

/** Source and id of a line as they stand there; what is no event has a name of its own. */
function nameOf(text: string): string {
  try {
    const { source, id } = JSON.parse(text) as { source?: unknown; id?: unknown };
    if (typeof source === "string" && typeof id === "string") return digest(`${source.length}:${source}${id}`);
  } catch {
    // The API says what is wrong with it.
  }
  return digest(text);
}

function digest(text: string): string {
  return createHash("sha1").update(text).digest("base64");
}
