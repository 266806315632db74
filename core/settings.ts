import Type from "typebox";
import type { Clock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { type InstantMs, instant } from "./instant.ts";
import type { SettingDefinition } from "./setting-definition.ts";
import { settingDefinitions, type SettingName } from "./setting-list.ts";
import { field, timeField } from "./insert-lines.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";
import { createSoleControl, type InControl, type Turn } from "./versions.ts";

/** A setting with the value it has now; version 0 = the default, never set. */
export interface Setting extends Omit<SettingDefinition, "accepts"> {
  readonly value: string;
  readonly version: bigint;
  readonly changed_at: InstantMs | null;
  readonly changed_by: string;
}

/** The settings of this installation. One change at a time (ARCHITECTURE: one writer). */
export interface Settings {
  /** The value now. */
  get(name: SettingName): Promise<string>;
  /** All values now, by name. */
  all(): Promise<Record<SettingName, string>>;
  /** A setting as it stands, by a name from outside. @throws AppError unknown-setting */
  find(name: string): Promise<Setting>;
  /**
   * Sets a value and gives the setting as it then stands; the value it already has writes nothing. `if_version`: the version the caller
   * has seen. @throws AppError unknown-setting, invalid-setting, conflict, precondition-failed
   */
  set(name: string, value: string, by: string, options?: { if_version?: string }): Promise<Setting>;
  /** All settings in the registry's order. */
  list(): Promise<Setting[]>;
}

const SettingRow = Type.Object({
  name: Type.String(),
  version: Type.String(),
  value: Type.String(),
  changed_ms: Type.String(),
  changed_by: Type.String(),
});
const selectSettings = defineQuery("core/settings", Type.Object({}), SettingRow);
const countPublished = defineQuery(
  "core/published_usage_exists",
  Type.Object({}),
  Type.Object({ published: Type.Integer() }),
);

const columns = ["name", "version", "value", "changed_at", "changed_by"];

/** The settings in the store; nothing is cached, so a value set counts from the next `get` on. */
export function createSettings({
  store,
  clock,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  inControl?: InControl;
}): Settings {
  async function list(): Promise<Setting[]> {
    const rows = await selectSettings(store.read, {});
    const byName = new Map(rows.map((row) => [row.name, row]));
    return settingDefinitions.map(({ accepts: _accepts, ...definition }) => {
      const row = byName.get(definition.name);
      if (row === undefined)
        return { ...definition, value: definition.default, version: 0n, changed_at: null, changed_by: "" };
      const { value, changed_by } = row;
      return {
        ...definition,
        value,
        version: BigInt(row.version),
        changed_at: instant(Number(row.changed_ms)),
        changed_by,
      };
    });
  }

  async function find(name: string): Promise<Setting> {
    const found = (await list()).find((setting) => setting.name === name);
    if (found === undefined) throw unknownSetting(name);
    return found;
  }

  async function write(
    turn: Turn,
    { name, value, by, if_version }: { name: string; value: string; by: string; if_version?: string },
  ): Promise<Setting> {
    const former = await find(name);
    if (if_version !== undefined && if_version !== former.version.toString())
      throw new AppError("precondition-failed", `${name} is at version ${former.version}, not ${if_version}`, {
        field: "if-match",
      });
    if (former.value === value) return former;
    if (former.fixed_by_usage) await refuseOncePublished(store, name);
    const changed_at = clock.now();
    const next = { ...former, value, version: former.version + 1n, changed_at, changed_by: by };
    const line = [field(name), next.version, field(value), timeField(changed_at), field(by)].join("\t");
    await turn.write({ table: "setting", columns }, `${line}\n`);
    return next;
  }

  return {
    get: async (name) => (await find(name)).value,
    all: async () =>
      Object.fromEntries((await list()).map(({ name, value }) => [name, value])) as Record<SettingName, string>,
    find,
    set: async (name, value, by, options = {}) => {
      const definition = definitionOf(name);
      if (!definition.accepts(value)) {
        throw new AppError("invalid-setting", `${name} cannot be "${value}", expected ${definition.expected}`, {
          field: name,
        });
      }
      return inControl((turn) => write(turn, { name, value, by, ...options }));
    },
    list,
  };
}

function definitionOf(name: string): SettingDefinition {
  const definition = settingDefinitions.find((candidate) => candidate.name === name);
  if (definition === undefined) throw unknownSetting(name);
  return definition;
}

function unknownSetting(name: string): AppError {
  const names = settingDefinitions.map((definition) => definition.name).join(", ");
  return new AppError("unknown-setting", `there is no setting "${name}"; there are: ${names}`, { field: "name" });
}

/** Money already said in the former value would no longer fit together with what follows. */
async function refuseOncePublished(store: Store, name: string): Promise<void> {
  const [row] = await countPublished(store.read, {});
  if (row?.published !== 1) return;
  throw new AppError("conflict", `${name} cannot be exchanged once usage is published`, { field: name });
}
