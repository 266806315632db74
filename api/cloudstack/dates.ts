import { atWallClock, type DayNumber, wallClock } from "../../core/calendar.ts";
import { type InstantMs, instant, parseInstant } from "../../core/instant.ts";

const DAY_MS = 86_400_000;

/**
 * Reads a date of a parameter, or null: `2026-10-01`, `2026-10-01 08:00:00` and `2026-10-01T08:00:00` on the wall clock of `zone`,
 * or ISO 8601 with an offset (`+0200`, `+02:00`, `Z`). A date alone is its first instant, of `date-end` its last second.
 */
export function parseDate(text: string, { zone, end }: { zone: string; end: boolean }): InstantMs | null {
  const match =
    /^(\d{4}-\d\d-\d\d)(?:['T ]+(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/i.exec(
      text.trim(),
    );
  if (match === null) return null;
  const [, date = "", hours, minutes, seconds = "00", offset] = match;
  const time = hours === undefined ? (end ? "23:59:59" : "00:00:00") : `${hours}:${minutes}:${seconds}`;
  if (offset !== undefined) return parseInstant(`${date}T${time}${withColon(offset)}`);
  const midnight = parseInstant(`${date}T00:00:00Z`);
  const inDay = parseInstant(`1970-01-01T${time}Z`);
  if (midnight === null || inDay === null) return null;
  const day: DayNumber = midnight / DAY_MS;
  const at = atWallClock({ zone, day, minute: Math.floor(inDay / 60_000) });
  return at === null ? null : instant(at + (inDay % 60_000));
}

function withColon(offset: string): string {
  if (/^z$/i.test(offset)) return "Z";
  const digits = offset.slice(1).replace(":", "").padEnd(4, "0");
  return `${offset.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** A date of a usage record, with the quotes CloudStack has around the T: `2021-05-19'T'08:00:00+00:00`. */
export function usageDate(ms: InstantMs, zone: string): string {
  return wallClock(zone, ms).replace("T", "'T'");
}

/** A date of anything else: `2021-05-19T08:00:00+0000`. */
export function plainDate(ms: InstantMs, zone: string): string {
  return wallClock(zone, ms).replace(/:(\d\d)$/, "$1");
}
