import { createHash } from "node:crypto";
import type { ClickHouseClient } from "@clickhouse/client";
import Type, { type Static } from "typebox";
import { field, insertLines } from "./insert-lines.ts";
import { defineQuery } from "./sql.ts";

/** How use is measured: `duration` = ms between open and close; `capacity` = byte·ms, duration × size. */
const Measure = Type.Union([Type.Literal("duration"), Type.Literal("capacity")]);

/** What an event does to a usage type: close only what is open, open or take over, change only what is open. */
export const effects = { close: 0, open: 1, change: 2 } as const;
export type Effect = keyof typeof effects;

/** A thing that is measured of a resource. Ids and names are CloudStack's (its usage types 1–14 and 21–31). */
export const UsageType = Type.Object(
  {
    usage_type: Type.Integer({ minimum: 1, maximum: 65535 }),
    name: Type.String(),
    description: Type.String(),
    measure: Measure,
    unit: Type.Union([Type.Literal("ms"), Type.Literal("byte_ms")]),
    display_unit: Type.Union([Type.Literal("hours"), Type.Literal("GiB hours")]),
    effects: Type.Record(
      Type.String(),
      Type.Union([Type.Literal("close"), Type.Literal("open"), Type.Literal("change")]),
    ),
  },
  { additionalProperties: false },
);
export type UsageType = Static<typeof UsageType>;

/**
 * The registry. Destroy closes running as well as allocated (CloudStack leaves a VM running that was shut down from inside);
 * a start may bring another offering to the allocation; an attached volume stays one volume.
 */
export const usageTypes: readonly UsageType[] = [
  {
    usage_type: 1,
    name: "RUNNING_VM",
    description: "Running Vm Usage",
    measure: "duration",
    unit: "ms",
    display_unit: "hours",
    effects: { "VM.START": "open", "VM.STOP": "close", "VM.DESTROY": "close", "VM.DYNAMIC.SCALE": "change" },
  },
  {
    usage_type: 2,
    name: "ALLOCATED_VM",
    description: "Allocated Vm Usage",
    measure: "duration",
    unit: "ms",
    display_unit: "hours",
    effects: {
      "VM.CREATE": "open",
      "VM.RECOVER": "open",
      "VM.DESTROY": "close",
      "VM.UPGRADE": "change",
      "VM.DYNAMIC.SCALE": "change",
      "VM.START": "change",
    },
  },
  {
    usage_type: 6,
    name: "VOLUME",
    description: "Volume Usage",
    measure: "capacity",
    unit: "byte_ms",
    display_unit: "GiB hours",
    effects: {
      "VOLUME.CREATE": "open",
      "VOLUME.DELETE": "close",
      "VOLUME.RESIZE": "change",
      "VOLUME.ATTACH": "change",
      "VOLUME.DETACH": "change",
    },
  },
];

/** Base units in one display unit: 1 hour = 3,600,000 ms; 1 GiB hour = 2^30 bytes for an hour. */
export const displayUnits: Readonly<Record<UsageType["display_unit"], bigint>> = {
  hours: 3_600_000n,
  "GiB hours": 1_073_741_824n * 3_600_000n,
};

/** Event types that no usage type is fed by but that are part of a resource's life and kept. */
export const unmeteredEventTypes: readonly string[] = ["VM.REBOOT", "VM.EXPUNGE", "VM.MIGRATE", "VM.UPDATE"];

/** Every event type that is accepted. */
export const eventTypes: ReadonlySet<string> = new Set([
  ...usageTypes.flatMap(({ effects: rows }) => Object.keys(rows)),
  ...unmeteredEventTypes,
]);

/** Event types that must carry a size: they open or change something that is charged by its size. */
export const sizedEventTypes: ReadonlySet<string> = new Set(
  usageTypes
    .filter(({ measure }) => measure === "capacity")
    .flatMap(({ effects: rows }) =>
      Object.entries(rows).flatMap(([type, effect]) => (effect === "close" ? [] : [type])),
    ),
);

/** Names the registry by its content: runs store it (P12). */
export function registryVersion(registry: readonly UsageType[] = usageTypes): string {
  return createHash("sha256").update(JSON.stringify(registry)).digest("hex").slice(0, 16);
}

const countVersion = defineQuery(
  "core/registry_version_rows",
  Type.Object({ registry_version: Type.String() }),
  Type.Object({ rows: Type.String() }),
);

/** Writes the registry to the store, where the SQL of a run joins it; once per version. */
export async function storeUsageTypes(client: ClickHouseClient): Promise<string> {
  const version = registryVersion();
  const [known] = await countVersion(client, { registry_version: version });
  if (known !== undefined && known.rows !== "0") return version;
  const types = usageTypes.map((type) =>
    [version, type.usage_type, type.name, type.description, type.measure, type.unit, type.display_unit]
      .map((value) => field(String(value)))
      .join("\t"),
  );
  const rows = usageTypes.flatMap((type) =>
    Object.entries(type.effects).map(([event, effect]) =>
      [version, event, type.usage_type, effects[effect]].join("\t"),
    ),
  );
  const typeColumns = ["registry_version", "usage_type", "name", "description", "measure", "unit", "display_unit"];
  await insertLines(client, { table: "usage_type", columns: typeColumns }, `${types.join("\n")}\n`);
  const effectColumns = ["registry_version", "event_type", "usage_type", "effect"];
  await insertLines(client, { table: "usage_type_effect", columns: effectColumns }, `${rows.join("\n")}\n`);
  return version;
}
