import { type InstantMs, instant } from "../../../core/instant.ts";

/** Which usage: of windows that lie wholly in [from, to); empty lists and "" = all. */
export interface UsageFilter {
  readonly as_of: string;
  readonly from_ms: InstantMs;
  readonly to_ms: InstantMs;
  readonly account_ids: readonly string[];
  readonly usage_types: readonly number[];
  readonly resources: readonly string[];
  readonly parts: readonly string[];
  readonly vm: string;
  readonly offering: string;
}

/** Of network bytes and disk requests the usage id is the device's or the volume's, which is a part of what reports. */
const byPart: Readonly<Record<number, string>> = {
  10: "group/",
  21: "volume/",
  22: "volume/",
  23: "volume/",
  24: "volume/",
};

/** What a usage id is looked up by, as CloudStack does for each type; of types it does not support the id is the resource's. Without one all. */
export function byUsageId(
  type: number | undefined,
  usage_id: string | undefined,
): Pick<UsageFilter, "resources" | "parts" | "vm" | "offering"> {
  const any = { resources: [], parts: [], vm: "", offering: "" };
  if (type === undefined || usage_id === undefined) return any;
  const part = byPart[type];
  if (part !== undefined) return { ...any, parts: [`${part}${usage_id}`] };
  // 25 is looked up by its machine there, 13 by the network offering.
  if (type === 25) return { ...any, vm: usage_id };
  if (type === 13) return { ...any, offering: usage_id };
  return { ...any, resources: [usage_id] };
}

/** CloudStack's BETWEEN over whole seconds, ends in: a window that ends at 24:00:00 is 23:59:59 there, and a day ends with all of that second. */
export function halfOpen({ start, end }: { start: InstantMs; end: InstantMs }): {
  from_ms: InstantMs;
  to_ms: InstantMs;
} {
  return { from_ms: start, to_ms: instant(Math.floor(end / 1000) * 1000 + 1000) };
}
