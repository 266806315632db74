import type { ClickHouseClient } from "@clickhouse/client";
import Type from "typebox";
import { Check } from "typebox/value";
import { textsField } from "./array-field.ts";
import { checkUsageType } from "./check-usage-type.ts";
import type { Clock } from "./clock.ts";
import { countsFrom } from "./counts-from.ts";
import { assert } from "./errors.ts";
import { effects, partialChanges } from "./event-types.ts";
import { field, insertLines, timeField } from "./insert-lines.ts";
import { type InstantMs, instant, parseInstant } from "./instant.ts";
import { createRegistry, type Registry } from "./registry.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";
import { createSoleControl, type InControl, type Turn } from "./versions.ts";
import { UsageType, type UsageTypeInput } from "./usage-type.ts";
import { builtInUsageTypes } from "./usage-type-list.ts";

/** Who added a usage type, and when. */
export interface Addition {
  readonly by: string;
  readonly at: InstantMs;
}

/**
 * The registry in force: built-in usage types and those operators added. It only grows, and what is in it never changes, so
 * whatever usage type a record has is found. One addition at a time (ARCHITECTURE: one writer).
 */
export interface UsageTypes extends Registry {
  /** Null for a built-in usage type. */
  addition(usage_type: number): Addition | null;
  /**
   * Adds a usage type; once this resolves it is durable and in force: its events are accepted, runs measure it.
   * From when on it counts is told by counts-from.ts; what is published since then the next run corrects.
   * @throws AppError conflict when the id or name is taken or it would count before what is fixed, invalid-request naming the field that is wrong
   */
  add(input: UsageTypeInput, by: string): Promise<UsageType>;
  /** Takes in what other processes have added. */
  refresh(): Promise<void>;
}

const selectAdded = defineQuery(
  "core/added_usage_types",
  Type.Object({}),
  Type.Object({ definition: Type.String(), added_ms: Type.String(), added_by: Type.String() }),
);
const countVersion = defineQuery(
  "core/registry_version_rows",
  Type.Object({ registry_version: Type.String() }),
  Type.Object({ types: Type.String(), effects: Type.String() }),
);

interface Loaded {
  readonly registry: Registry;
  readonly additions: ReadonlyMap<number, Addition>;
}

/** The registry as the store knows it; its version in force is written for the SQL of runs to join. */
export async function createUsageTypes({
  store,
  clock,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  inControl?: InControl;
}): Promise<UsageTypes> {
  let { registry, additions } = await load(store);
  await storeUsageTypes(store.write, registry);

  async function add(turn: Turn, input: UsageTypeInput, by: string): Promise<UsageType> {
    // What is there is read again: an addition whose answer was lost may have been written all the same.
    ({ registry, additions } = await load(store));
    const checked = checkUsageType(input, registry);
    const type: UsageType = { ...checked, counts_from: await countsFrom({ store, clock }, input.counts_from) };
    const next = createRegistry([...registry.list(), type]);
    // Rows of a version that nobody uses yet do nothing; so they come first, and the addition makes the version one in force.
    await storeUsageTypes(store.write, next);
    const at = clock.now();
    const line = [type.usage_type, field(JSON.stringify(type)), timeField(at), field(by)].join("\t");
    const columns = ["usage_type", "definition", "added_at", "added_by"];
    await turn.write({ table: "usage_type_added", columns }, `${line}\n`);
    additions = new Map([...additions, [type.usage_type, { by, at }]]);
    registry = next;
    return type;
  }

  return {
    list: () => registry.list(),
    find: (usage_type) => registry.find(usage_type),
    version: () => registry.version(),
    eventTypes: () => registry.eventTypes(),
    sizedEventTypes: () => registry.sizedEventTypes(),
    addition: (usage_type) => additions.get(usage_type) ?? null,
    add: (input, by) => inControl((turn) => add(turn, input, by)),
    refresh: async () => {
      ({ registry, additions } = await load(store));
    },
  };
}

/** @throws when a usage type that was added has the id or name of one that has become built-in since. */
async function load(store: Store): Promise<Loaded> {
  const types: UsageType[] = [...builtInUsageTypes];
  const additions = new Map<number, Addition>();
  for (const { definition, added_ms, added_by } of await selectAdded(store.read, {})) {
    // What was added before types had an instant to count from counts since the beginning.
    const type: unknown = { counts_from: null, ...(JSON.parse(definition) as object) };
    assert(Check(UsageType, type), `usage_type_added holds a usage type: ${definition}`);
    if (additions.has(type.usage_type)) continue;
    const clash = types.find(({ usage_type, name }) => usage_type === type.usage_type || name === type.name);
    assert(clash === undefined, `usage type ${type.usage_type} ${type.name} has an id and a name of its own`);
    types.push(type);
    additions.set(type.usage_type, { by: added_by, at: instant(Number(added_ms)) });
  }
  return { registry: createRegistry(types), additions };
}

const typeColumns = (
  "registry_version usage_type name description measure unit display_unit " +
  "display_divisor reading shape_by parts max_gap_ms unsized counts_from"
).split(" ");
const effectColumns = ["registry_version", "event_type", "usage_type", "effect"];

/** Writes a registry to the store, where the SQL of a run joins it by its version; once per version. */
async function storeUsageTypes(client: ClickHouseClient, registry: Registry): Promise<void> {
  const version = registry.version();
  const [known = { types: "0", effects: "0" }] = await countVersion(client, { registry_version: version });
  if (known.types === "0") {
    const lines = registry.list().map((type) => `${typeFields(type, version).join("\t")}\n`);
    await insertLines(client, { table: "usage_type", columns: typeColumns }, lines.join(""));
  }
  if (known.effects === "0") {
    const rows = [
      ...Object.entries(partialChanges).map(([event, code]) => [event, 0, code]),
      ...registry
        .list()
        .flatMap((type) =>
          Object.entries(type.effects).map(([event, effect]) => [field(event), type.usage_type, effects[effect]]),
        ),
    ];
    const lines = rows.map((row) => `${[version, ...row].join("\t")}\n`);
    await insertLines(client, { table: "usage_type_effect", columns: effectColumns }, lines.join(""));
  }
}

function typeFields(type: UsageType, version: string): (string | number)[] {
  return [
    version,
    type.usage_type,
    field(type.name),
    field(type.description),
    type.measure,
    field(type.unit),
    field(type.display_unit),
    type.display_divisor,
    field(type.reading),
    textsField(type.shape_by),
    type.parts ? 1 : 0,
    type.max_gap_ms,
    textsField(type.unsized),
    timeField(parseInstant(type.counts_from ?? "") ?? 0),
  ];
}
