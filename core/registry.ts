import { createHash } from "node:crypto";
import { accountDeleted, partialChanges, revisionTypes, unmeteredEventTypes } from "./event-types.ts";
import type { UsageType } from "./usage-type.ts";
import { builtInUsageTypes } from "./usage-type-list.ts";

/** The usage types in force, and what follows from them. */
export interface Registry {
  /** All of them, by id. */
  list(): readonly UsageType[];
  find(usage_type: number): UsageType | null;
  /** Names the registry by its content: runs store it (P12). */
  version(): string;
  /** Every event type that is accepted. */
  eventTypes(): ReadonlySet<string>;
  /** Event types that must carry a size: they open or change something that is charged by its size. */
  sizedEventTypes(): ReadonlySet<string>;
}

/** A registry that never changes: of the built-in usage types, or of those given. */
export function createRegistry(types: readonly UsageType[] = builtInUsageTypes): Registry {
  const sorted = types.toSorted((a, b) => a.usage_type - b.usage_type);
  const byId = new Map(sorted.map((type) => [type.usage_type, type]));
  const version = versionOf(sorted);
  const accepted: ReadonlySet<string> = new Set([
    ...sorted.flatMap(({ effects }) => Object.keys(effects)),
    ...Object.keys(partialChanges),
    ...revisionTypes,
    accountDeleted,
    ...unmeteredEventTypes,
  ]);
  const sized: ReadonlySet<string> = new Set([...sorted.flatMap(sizedBy), "tally.size"]);
  return {
    list: () => sorted,
    find: (usage_type) => byId.get(usage_type) ?? null,
    version: () => version,
    eventTypes: () => accepted,
    sizedEventTypes: () => sized,
  };
}

/** The event types that must carry a size because of one usage type. */
export function sizedBy({ measure, effects, unsized }: Pick<UsageType, "measure" | "effects" | "unsized">): string[] {
  if (measure !== "capacity") return [];
  return Object.entries(effects).flatMap(([type, effect]) =>
    effect === "close" || unsized.includes(type) ? [] : [type],
  );
}

/** In which order something is written down does not make it another registry. */
function versionOf(types: readonly UsageType[]): string {
  const content = types.map(({ effects, shape_by, unsized, ...rest }) => [
    // What counts since the beginning is called what it was before there was anything else.
    Object.entries(rest)
      .filter(([, value]) => value !== null)
      .toSorted(byName),
    Object.entries(effects).toSorted(byName),
    shape_by.toSorted(),
    unsized.toSorted(),
  ]);
  return createHash("sha256")
    .update(JSON.stringify([content, partialChanges]))
    .digest("hex")
    .slice(0, 16);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
