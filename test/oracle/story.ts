import { type EventData, type EventJson, instantOf } from "./event.ts";
import { type OracleInput, oracleRecords } from "./records.ts";

/*
 * Each case is worked by hand: a line of the story is "time type [more]", a line of the answer
 * "window start, account, usage type, quantity, slices", then what else there is: the part after an @, and what the shape
 * names: project, offering, vm, virtual size, details, tags.
 */
/** A story worked by hand. */
export interface Case {
  readonly why: string;
  readonly zone?: string;
  readonly range_minutes?: OracleInput["range_minutes"];
  readonly types?: OracleInput["types"];
  readonly account_zones?: OracleInput["account_zones"];
  readonly until: string;
  readonly events: readonly EventJson[];
  readonly worked: string;
  readonly then: readonly string[];
}

let count = 0;

/** An event of VM or volume r1 of acme, with an id of its own; what a case is about is said on top. */
export function event(
  time: string,
  type: string,
  data: Partial<EventData> = {},
  envelope: Partial<EventJson> = {},
): EventJson {
  count += 1;
  return {
    specversion: "1.0",
    id: `e${count}`,
    source: "cloudstack/z1",
    type,
    time,
    data: { account_id: "acme", resource: "r1", ...data },
    ...envelope,
  };
}

/** What the oracle says to the story: a line a record, in the order of its text. */
export function answerTo({ zone, range_minutes, types, account_zones, until, events }: Case): string[] {
  const records = oracleRecords({
    events,
    account_zones: account_zones ?? { delhi: "Asia/Kolkata" },
    default_zone: zone ?? "UTC",
    range_minutes: range_minutes ?? 1440,
    until_ms: instantOf(until),
    ...(types === undefined ? {} : { types }),
  });
  const lines = records.map(({ account_id, usage_type, part, window_start_ms, quantity, slices, shape }) => {
    const { project_id, offering, vm, virtual_size, details, tags } = shape;
    const pairs = [...Object.entries(details), ...Object.entries(tags)].map((pair) => pair.join("="));
    const words = [part === "" ? "" : `@${part}`, project_id, offering, vm, virtual_size, ...pairs];
    const named = words.filter((word) => word !== "" && word !== null);
    return [isoText(window_start_ms), account_id, usage_type, quantity, slices, ...named].join(" ");
  });
  return lines.sort();
}

/** A time of 10 March 2026, or of another day of that month, in UTC: "09:30", or "09:30:00.001". */
export function clock(time: string, day = 10): string {
  return `2026-03-${String(day).padStart(2, "0")}T${time.length === 5 ? `${time}:00` : time}Z`;
}

// Enough calendar for the window starts of these files: all in February, March or October 2026.
function isoText(at_ms: number): string {
  const months = ["02", "03", "10"].filter((month) => instantOf(`2026-${month}-01T00:00:00Z`) <= at_ms);
  const month = months.at(-1) ?? "02";
  const since_ms = at_ms - instantOf(`2026-${month}-01T00:00:00Z`);
  const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
  const day = two(since_ms / 86_400_000 + 1);
  return `2026-${month}-${day}T${two((since_ms / 3_600_000) % 24)}:${two((since_ms / 60_000) % 60)}:00.000Z`;
}
