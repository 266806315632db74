import { expect } from "vitest";
import type { System } from "../../api/system.ts";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import type { UsageTypeInput } from "../../core/usage-type.ts";
import type { OracleType } from "../oracle/index.ts";

const base = { display_unit: "units", display_divisor: "1" } as const;

/** Usage types an operator may think of while the system runs: of events that come anyway, of every way of measuring that remembers. */
export const LATER_TYPES: readonly UsageTypeInput[] = [
  {
    ...base,
    usage_type: 4001,
    name: "LATER_HOURS",
    measure: "duration",
    unit: "ms",
    effects: { "VM.START": "open", "VM.STOP": "close", "VM.DESTROY": "close" },
  },
  {
    ...base,
    usage_type: 4002,
    name: "LATER_SPACE",
    measure: "capacity",
    unit: "byte_ms",
    effects: { "VOLUME.CREATE": "open", "VOLUME.RESIZE": "change", "VOLUME.DELETE": "close" },
  },
  {
    ...base,
    usage_type: 4003,
    name: "LATER_BYTES",
    measure: "counter",
    unit: "bytes",
    reading: "network_bytes_sent",
    effects: { "tally.counter": "report" },
  },
  {
    ...base,
    usage_type: 4004,
    name: "LATER_STARTS",
    measure: "count",
    unit: "starts",
    effects: { "VM.START": "report" },
  },
];

/**
 * Adds a usage type that counts from where the registry puts it, or since the beginning; that is refused where anything is fixed.
 * Null = it was.
 */
export async function addLater(
  system: System,
  type: UsageTypeInput,
  { sinceBeginning, isFixed, now }: { sinceBeginning: boolean; isFixed: boolean; now: number },
): Promise<OracleType | null> {
  if (sinceBeginning && isFixed) {
    await expect(system.usageTypes.add({ ...type, counts_from: null }, "test")).rejects.toMatchObject({
      key: "conflict",
    });
    return null;
  }
  const { counts_from } = await system.usageTypes.add(sinceBeginning ? { ...type, counts_from: null } : type, "test");
  if (sinceBeginning) expect(counts_from).toBeNull();
  // Nobody was told of it before: where anything is published it begins now, or later.
  else if (counts_from !== null) expect(counts_from >= formatInstant(now as InstantMs)).toBe(true);
  const { usage_type, measure, effects, reading = "" } = type;
  return { usage_type, measure, effects, reading, counts_from };
}
