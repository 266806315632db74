import { formatInstant, instant } from "../../core/instant.ts";
import { at } from "../at.ts";
import { BUILT_IN_TYPES, type OracleRecord, oracleRecords, type OracleType } from "../oracle/index.ts";
import { type CaseStep, type MeteringCase, timeOf } from "./golden-case.ts";

/** What the oracle says to a case after its step `index`. */
export function askOracle({ zone, range, accounts, types, steps }: MeteringCase, index: number): OracleRecord[] {
  const told = steps.slice(0, index + 1);
  return oracleRecords({
    events: told.flatMap(({ events }) => events),
    account_zones: accounts,
    default_zone: zone,
    range_minutes: Number(range),
    until_ms: at(told.at(-1)?.until ?? ""),
    types: [...BUILT_IN_TYPES, ...(types as readonly OracleType[])],
  });
}

/** Expected records as lines of words, with what the case leaves out. */
export function workedLines({ then }: CaseStep): string[] {
  return then.map(({ day, from = "", to = "", first, last, ...said }) => {
    const window =
      typeof day === "string"
        ? { from: clock(`${day}T00:00`), to: clock(`${String(Number(day) + 1).padStart(2, "0")}T00:00`) }
        : { from: clock(from as string), to: clock(to as string) };
    const span = {
      ...(first === undefined ? {} : { first: clock(first as string) }),
      ...(last === undefined ? {} : { last: clock(last as string) }),
    };
    return line({ account_id: "acme", resource: "r1", slices: "1", ...said, ...window, ...span });
  });
}

/** Records as the same lines; the first and last instant only where the step speaks of them. */
export function saidLines(records: readonly OracleRecord[], { then }: CaseStep): string[] {
  const spans = then.some(({ first }) => first !== undefined);
  return records.map(({ account_id, usage_type, resource, part, quantity, slices, shape, ...record }) => {
    const { window_start_ms, window_end_ms, first_ms, last_ms } = record;
    const key = { account_id, usage_type, resource, part, quantity, slices };
    const span = spans ? { first: iso(first_ms), last: iso(last_ms) } : {};
    return line({ ...key, ...shape, from: iso(window_start_ms), to: iso(window_end_ms), ...span });
  });
}

const iso = (ms: number): string => formatInstant(instant(ms));
const clock = (text: string): string => iso(at(timeOf(text)));

type Word = string | number | bigint | null;

// Empty and absent are one and the same; the order of the words is not the case's business.
function line(record: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(record).map(([name, value]) => {
    const isMap = typeof value === "object" && value !== null;
    const text = isMap ? JSON.stringify(Object.entries(value).sort(byName)) : `${(value as Word) ?? ""}`;
    return text === "" || text === "[]" ? "" : `${name}=${text}`;
  });
  return words
    .filter((word) => word !== "")
    .sort()
    .join(" ");
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
