import type { Registry } from "../../core/registry.ts";
import type { Effect } from "../../core/event-types.ts";

/** Where a list and what is metered differ, in one usage type. */
export interface Difference {
  readonly action: "open" | "close" | "differs";
  readonly resource: string;
  readonly part: string;
  readonly usage_type: number;
  /** Who is charged for it now; '' = it is not open. */
  readonly held_by: string;
  /** Text of the instant; '' = it is not open. */
  readonly open_since: string;
  /** Attributes in which they differ. */
  readonly changed: readonly string[];
  /** Attributes as metered, absent where there are none. */
  readonly metered: Readonly<Record<string, unknown>>;
  /** What the list says, as in an event; null = it is not on the list. */
  readonly listed: Readonly<Record<string, unknown>> | null;
}

/** A correcting event before it has an id. */
export interface Draft {
  readonly action: "open" | "close" | "change" | "owner";
  readonly resource: string;
  readonly part: string;
  readonly usage_types: number[];
  readonly why: string;
  readonly old: Readonly<Record<string, unknown>>;
  readonly new: Readonly<Record<string, unknown>>;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Usage types that a list says exist of a resource; a correcting close must leave them alone. */
export type IsListed = (resource: string, part: string, usage_type: number) => boolean;

/**
 * The events that make what is metered what the list says. One event corrects all it can of a resource: a destroy ends running
 * and allocation. What no event can end without ending something that is listed is left alone. Pure.
 */
export function propose(
  registry: Registry,
  differences: readonly Difference[],
  isListed: IsListed,
): { drafts: Draft[]; left_alone: number } {
  const drafts = new Map<string, Draft>();
  let left_alone = 0;
  const missing = differences.filter(({ action }) => action === "close");
  const missingTypes = new Map<string, Set<number>>();
  for (const { resource, part, usage_type } of missing) {
    const key = keyOf(resource, part);
    missingTypes.set(key, (missingTypes.get(key) ?? new Set()).add(usage_type));
  }

  function add(one: Difference, action: Draft["action"], type: string, account_id: unknown, why: string): void {
    const { resource, part, usage_type, metered, listed, held_by } = one;
    const key = `${keyOf(resource, part)}\t${type}`;
    const known = drafts.get(key);
    if (known !== undefined) return void known.usage_types.push(usage_type);
    const data = { ...metered, ...listed, account_id, resource, part };
    const old = held_by === "" ? {} : { account_id: held_by, ...metered };
    drafts.set(key, { action, resource, part, usage_types: [usage_type], why, old, new: listed ?? {}, type, data });
  }

  for (const one of differences) {
    const { action, usage_type, held_by, open_since, changed, listed } = one;
    if (action === "close") {
      const gone = missingTypes.get(keyOf(one.resource, one.part)) ?? new Set();
      const type = closing(registry, one, gone, isListed);
      const why = listed === null ? "and not listed" : "and listed as not running";
      if (type === null) left_alone += 1;
      else add({ ...one, listed: null }, "close", type, held_by, `metered since ${open_since} ${why}`);
      continue;
    }
    if (listed === null) continue;
    const { account_id } = listed;
    if (action === "open") {
      const type = simplest(registry, usage_type, "open");
      if (type === null) left_alone += 1;
      else add(one, "open", type, account_id, "listed and not metered");
      continue;
    }
    if (held_by !== account_id)
      add(one, "owner", "tally.owner.changed", account_id, `metered for ${held_by}, listed for ${String(account_id)}`);
    const type = simplest(registry, usage_type, "change") ?? simplest(registry, usage_type, "open");
    if (changed.length > 0 && type !== null) add(one, "change", type, account_id, differing(one));
  }
  return { drafts: withoutNeedless(registry, [...drafts.values()]), left_alone };
}

/** A destroy ends what was plugged in as well: closes of parts that a close of the whole resource makes needless are dropped. */
function withoutNeedless(registry: Registry, drafts: readonly Draft[]): Draft[] {
  const whole = new Map(
    drafts.flatMap((draft) =>
      draft.action === "close" && draft.part === "" ? [[draft.resource, draft] as const] : [],
    ),
  );
  return drafts.filter(({ action, part, resource, usage_types }) => {
    const end = action === "close" && part !== "" ? whole.get(resource) : undefined;
    if (end === undefined) return true;
    const ended = new Set(reach(registry, end.type).map(([reached]) => reached));
    return !usage_types.every((type) => ended.has(type));
  });
}

/** The event type with an effect on a usage type that has the fewest others; of equal ones the first of the registry. */
function simplest(registry: Registry, usage_type: number, effect: Effect): string | null {
  const types = effectsOn(registry, usage_type, effect);
  return types.toSorted((a, b) => reach(registry, a).length - reach(registry, b).length)[0] ?? null;
}

/** The close that ends most of what is missing of a resource, and nothing that is listed. */
function closing(
  registry: Registry,
  { resource, part, usage_type }: Difference,
  missing: ReadonlySet<number>,
  isListed: IsListed,
): string | null {
  const harmless = effectsOn(registry, usage_type, "close").filter((type) =>
    reach(registry, type).every(([reached, effect]) => effect === "close" && !isListed(resource, part, reached)),
  );
  const ends = (type: string): number => reach(registry, type).filter(([reached]) => missing.has(reached)).length;
  const rest = (type: string): number => reach(registry, type).length;
  return harmless.toSorted((a, b) => ends(b) - ends(a) || rest(a) - rest(b))[0] ?? null;
}

function effectsOn(registry: Registry, usage_type: number, effect: Effect): string[] {
  const type = registry.list().find((one) => one.usage_type === usage_type);
  return Object.entries(type?.effects ?? {}).flatMap(([name, does]) => (does === effect ? [name] : []));
}

/** What an event type does, to all usage types. */
function reach(registry: Registry, event_type: string): [number, Effect][] {
  return registry.list().flatMap(({ usage_type, effects }) => {
    const effect = effects[event_type];
    return effect === undefined ? [] : [[usage_type, effect] as [number, Effect]];
  });
}

function differing({ changed, metered, listed }: Difference): string {
  const told = (value: unknown): string => JSON.stringify(value ?? null);
  return changed.map((name) => `${name} is ${told(listed?.[name])}, metered as ${told(metered[name])}`).join("; ");
}

function keyOf(resource: string, part: string): string {
  return `${resource.length}:${resource}${part}`;
}
