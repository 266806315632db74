import { createHash } from "node:crypto";
import { oracleRecords } from "../../oracle/index.ts";
import { canonicalLines } from "./canonical.ts";
import type { Course } from "./course.ts";
import type { Dump } from "./dump.ts";

/** How two stores differ, in words; nothing when every line is the same. */
export function differenceOf(kind: string, calm: readonly string[], rough: readonly string[]): string[] {
  if (digest(calm) === digest(rough)) return [];
  const index = calm.findIndex((line, at) => line !== rough[at]);
  const at = index === -1 ? calm.length : index;
  const sizes = `${calm.length} lines against ${rough.length}, sha256 ${digest(calm)} against ${digest(rough)}`;
  return [
    `${kind} differs: ${sizes}; line ${at} is\n  ${calm[at] ?? "missing"}\nand after the faults\n  ${rough[at] ?? "missing"}`,
  ];
}

/** What is wrong with a store after a course, held against the course itself and the oracle: nothing when all is well. */
export function faultsOf(dump: Dump, { history }: Pick<Course, "history">): string[] {
  const sent = new Set(history.events.map(({ source, id }) => `${source} ${id}`));
  const counted = [...sent].filter((name) => dump.events[name]?.[1] !== 1);
  const strangers = Object.keys(dump.events).filter((name) => !sent.has(name));
  const { events, accounts, until_ms } = history;
  const account_zones = new Map(accounts.map(({ id, time_zone }) => [id, time_zone]));
  const expected = oracleRecords({ events, account_zones, default_zone: "UTC", range_minutes: 1440, until_ms });
  return [
    ...dump.faults,
    ...(counted.length === 0
      ? []
      : [`${counted.length} acknowledged events do not count exactly once, such as ${counted[0]}`]),
    ...(strangers.length === 0 ? [] : [`${strangers.length} events nobody sent, such as ${strangers[0]}`]),
    ...differenceOf("the truth and the oracle", canonicalLines(expected), dump.truth),
  ];
}

/** Rows beyond the first of each event: what came again and had to be found. */
export function repeatsIn({ events }: Dump): number {
  return Object.values(events).reduce((sum, [rows]) => sum + rows - 1, 0);
}

function digest(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
