import Type, { type Static } from "typebox";
import { Errors } from "typebox/value";
import type { Clock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { field, timeField } from "./insert-lines.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";
import { createSoleControl, type InControl, nextVersion, type Turn } from "./versions.ts";

const Id = Type.String({ minLength: 1, maxLength: 256 });
const Name = Type.String({ minLength: 1, maxLength: 256 });
const Mib = Type.Integer({ minimum: 0, maximum: 2 ** 40 });

/** A node of the tree accounts hang in; `parent` '' = at the root. Its path (`ROOT/acme`) is computed: core/domains.ts. */
export const Domain = Type.Object(
  {
    id: Id,
    name: Type.String({ pattern: "^[^/]{1,256}$" }),
    parent: Type.String({ maxLength: 256 }),
    /** Left out: active. */
    state: Type.Optional(Type.Union([Type.Literal("active"), Type.Literal("deleted")])),
  },
  { additionalProperties: false },
);
export type Domain = Static<typeof Domain>;

/** A place where resources run. */
export const Zone = Type.Object({ id: Id, name: Name }, { additionalProperties: false });
export type Zone = Static<typeof Zone>;

/** What a resource can be ordered as: `compute` for machines (cores and MiB of memory), `disk` for volumes (both 0). */
export const Offering = Type.Object(
  {
    id: Id,
    name: Name,
    kind: Type.Union([Type.Literal("compute"), Type.Literal("disk")]),
    cpu_count: Type.Integer({ minimum: 0, maximum: 65_536 }),
    memory_mib: Mib,
  },
  { additionalProperties: false },
);
export type Offering = Static<typeof Offering>;

/** What a machine is deployed from, and the hypervisor it runs on. */
export const Template = Type.Object({ id: Id, name: Name, hypervisor: Name }, { additionalProperties: false });
export type Template = Static<typeof Template>;

const schemas = { domain: Domain, zone: Zone, offering: Offering, template: Template };

/** What the catalogue holds, by kind. */
export interface CatalogueEntries {
  readonly domain: Domain;
  readonly zone: Zone;
  readonly offering: Offering;
  readonly template: Template;
}
export type CatalogueKind = keyof CatalogueEntries;

/** What resources can be ordered as, and where. One change at a time (ARCHITECTURE: one writer). */
export interface Catalogue {
  /** All entries of a kind in the order of their ids. */
  list<K extends CatalogueKind>(kind: K): Promise<CatalogueEntries[K][]>;
  get<K extends CatalogueKind>(kind: K, id: string): Promise<CatalogueEntries[K] | null>;
  /** The version each entry of a kind is at, by id. */
  versions(kind: CatalogueKind): Promise<ReadonlyMap<string, string>>;
  /**
   * Writes the next version; an entry that changes nothing writes nothing. `if_version`: the version the caller has seen ("0" = there is
   * none). @throws AppError invalid-request, conflict
   */
  put<K extends CatalogueKind>(
    kind: K,
    entry: CatalogueEntries[K],
    options: { by: string; if_version?: string },
  ): Promise<CatalogueEntries[K]>;
  /** Names from the root down, joined by `/`: `ROOT/acme`. @throws AppError not-found */
  domainPath(id: string): Promise<string>;
}

const EntryRow = Type.Object({
  id: Type.String(),
  version: Type.String(),
  name: Type.String(),
  attributes: Type.String(),
});
type EntryRow = Static<typeof EntryRow>;
const selectEntries = defineQuery("core/catalogue", Type.Object({ kind: Type.String(), id: Type.String() }), EntryRow);

const columns = ["kind", "id", "version", "name", "attributes", "changed_at", "changed_by"];

/** The catalogue in the store: versions are appended, the highest is current. */
export function createCatalogue({
  store,
  clock,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  inControl?: InControl;
}): Catalogue {
  const select = (kind: CatalogueKind, id: string): Promise<EntryRow[]> => selectEntries(store.read, { kind, id });
  const list = async <K extends CatalogueKind>(kind: K): Promise<CatalogueEntries[K][]> =>
    (await select(kind, "")).map(toEntry) as CatalogueEntries[K][];

  async function write<K extends CatalogueKind>(
    turn: Turn,
    kind: K,
    entry: CatalogueEntries[K],
    { by, if_version }: { by: string; if_version?: string },
  ): Promise<CatalogueEntries[K]> {
    checkShape(kind, entry);
    if (kind === "domain") checkDomain(await list("domain"), entry as Domain);
    const [former] = await select(kind, entry.id);
    if (if_version !== undefined && if_version !== (former?.version ?? "0"))
      throw new AppError("conflict", `${kind} ${entry.id} is at version ${former?.version ?? "0"}, not ${if_version}`, {
        field: "version",
      });
    const { id, name, ...attributes } = entry;
    const json = JSON.stringify(attributes, Object.keys(attributes).toSorted());
    if (former?.name === name && former.attributes === json) return entry;
    const version = nextVersion(former?.version);
    const values = [kind, id, version, name, json, timeField(clock.now()), by];
    await turn.write({ table: "catalogue_entry", columns }, `${values.map(field).join("\t")}\n`);
    return entry;
  }

  return {
    list,
    get: async (kind, id) => {
      const [row] = id === "" ? [] : await select(kind, id);
      return row === undefined ? null : (toEntry(row) as CatalogueEntries[typeof kind]);
    },
    versions: async (kind) => new Map((await select(kind, "")).map(({ id, version }) => [id, version])),
    put: (kind, entry, options) => inControl((turn) => write(turn, kind, entry, options)),
    domainPath: async (id) => {
      const way = wayUp(await list("domain"), id);
      if (way.length === 0) throw new AppError("not-found", `there is no domain "${id}"`, { field: "domain" });
      return way
        .map(({ name }) => name)
        .toReversed()
        .join("/");
    },
  };
}

/** What was put, checked then by the schema of its kind. */
function toEntry({ id, name, attributes }: EntryRow): CatalogueEntries[CatalogueKind] {
  return { ...(JSON.parse(attributes) as CatalogueEntries[CatalogueKind]), id, name };
}

function checkShape(kind: CatalogueKind, entry: { readonly id: string }): void {
  const [fault] = Errors(schemas[kind], entry);
  if (fault === undefined) return;
  const name = fault.instancePath.slice(1) || kind;
  throw new AppError("invalid-request", `${kind} ${entry.id}: ${name}: ${fault.message}`, { field: name });
}

/** The domain and those above it; ends at a parent that is not there, and after every domain was met once. */
export function wayUp(domains: readonly Domain[], id: string): Domain[] {
  const byId = new Map(domains.map((domain) => [domain.id, domain]));
  const way: Domain[] = [];
  for (let next = byId.get(id); next !== undefined && way.length < domains.length; next = byId.get(next.parent))
    way.push(next);
  return way;
}

/** A parent that exists and is not below the domain itself, and a name its siblings do not have: so paths are unique. */
function checkDomain(domains: readonly Domain[], domain: Domain): void {
  const { id, name, parent } = domain;
  if (parent !== "") {
    const above = wayUp(domains, parent);
    const refuse = (why: string): AppError =>
      new AppError("invalid-request", `domain ${id}: parent is "${parent}", ${why}`, { field: "parent" });
    if (parent === id || above.some((one) => one.id === id)) throw refuse("which is the domain itself or below it");
    if (above.length === 0) throw refuse("expected the id of a domain that exists, or nothing");
  }
  const namesake = domains.find((other) => other.id !== id && other.parent === parent && other.name === name);
  if (namesake !== undefined)
    throw new AppError("conflict", `domain ${namesake.id} has the name "${name}" under the same parent`, {
      field: "name",
    });
}
