import { createHash } from "node:crypto";
import Type, { type Static } from "typebox";
import { type Catalogue, type Domain as Entry, wayUp } from "./catalogue.ts";
import { AppError } from "./errors.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";

/** A node of the tree accounts hang in. One that only labels of accounts tell of has version 0. */
export const Domain = Type.Object(
  {
    domain_id: Type.String(),
    name: Type.String(),
    path: Type.String({ description: "Names from the root down: ROOT/acme" }),
    parent_domain_id: Type.Union([Type.String(), Type.Null()]),
    state: Type.Union([Type.Literal("active"), Type.Literal("deleted")]),
    version: Type.String({ pattern: "^\\d+$" }),
  },
  { $id: "Domain", additionalProperties: false },
);
export type Domain = Static<typeof Domain>;

/** What may be said of a domain; what is left out stays as it was. A new one needs a name; it hangs in ROOT unless it says where. */
export const DomainChange = Type.Object(
  {
    domain_id: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    name: Type.Optional(Type.String({ pattern: "^[^/\\x00-\\x1f\\x7f]{1,256}$" })),
    parent_domain_id: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    state: Type.Optional(Domain.properties.state),
  },
  { additionalProperties: false },
);
export type DomainChange = Static<typeof DomainChange>;

/** The domain tree. One change at a time (ARCHITECTURE: one writer). */
export interface Domains {
  /** All domains in the order of their paths, deleted ones too. */
  list(): Promise<Domain[]>;
  get(domain_id: string): Promise<Domain | null>;
  byPath(path: string): Promise<Domain | null>;
  /**
   * Writes the next version. A domain whose path accounts name can neither be renamed, moved nor deleted: they would stay behind.
   * `if_version`: the version the caller has seen ("0" = it was not written yet). @throws AppError invalid-request, not-found, conflict
   */
  put(change: DomainChange, options: { by: string; if_version?: string }): Promise<Domain>;
}

/** Where every account hangs that says nothing else. */
const ROOT = "ROOT";

const Label = Type.Object({ path: Type.String(), active: Type.String() });
const selectLabels = defineQuery("core/domain_labels", Type.Object({}), Label);

/** Whether a path is that of a domain or lies below it. */
export function isBelow(path: string, domain: string): boolean {
  return path === domain || path.startsWith(`${domain}/`);
}

/** The id of a domain that was never written: a name-based UUID of its path, the same in every process. */
export function domainIdOf(path: string): string {
  const bytes = createHash("sha256").update(`tallyhouse domain ${path}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The domain tree: what was written (kind domain of the catalogue), ROOT, and what labels of accounts tell of. */
export function createDomains({ store, catalogue }: { store: Store; catalogue: Catalogue }): Domains {
  async function list(): Promise<Domain[]> {
    const [entries, versions, labels] = await Promise.all([
      catalogue.list("domain"),
      catalogue.versions("domain"),
      selectLabels(store.read, {}),
    ]);
    const written = entries.map((entry) => toDomain(entry, entries, versions.get(entry.id) ?? "0"));
    const known = new Map(written.map((domain) => [domain.path, domain]));
    for (const path of [ROOT, ...labels.map((label) => label.path)].flatMap(upTo)) {
      if (!known.has(path)) known.set(path, fromLabel(path, known));
    }
    return [...known.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }
  const find = async (test: (domain: Domain) => boolean): Promise<Domain | null> => (await list()).find(test) ?? null;

  /** Writes a domain down that only labels told of, and those above it. */
  async function settle(domain: Domain, all: readonly Domain[], by: string): Promise<void> {
    if (domain.version !== "0") return;
    const parent = all.find(({ domain_id }) => domain_id === domain.parent_domain_id);
    if (parent !== undefined) await settle(parent, all, by);
    await catalogue.put(
      "domain",
      { id: domain.domain_id, name: domain.name, parent: domain.parent_domain_id ?? "" },
      { by },
    );
  }

  async function put(change: DomainChange, { by, if_version }: { by: string; if_version?: string }): Promise<Domain> {
    const all = await list();
    const former = all.find(({ domain_id }) => domain_id === change.domain_id);
    // Before all else that may speak against it: who has not seen the present state cannot tell.
    if (former !== undefined && if_version !== undefined && if_version !== former.version)
      throw new AppError("conflict", `domain ${former.domain_id} is at version ${former.version}, not ${if_version}`, {
        field: "version",
      });
    const name = change.name ?? former?.name;
    if (name === undefined) throw refuse("name", "name is missing, expected that of the new domain");
    const parent = parentOf(change, former, all);
    const path = parent === null ? name : `${parent.path}/${name}`;
    const state = change.state ?? former?.state ?? "active";
    if (former !== undefined && (path !== former.path || state === "deleted")) await checkUnused(former);
    const id = former?.domain_id ?? change.domain_id ?? domainIdOf(path);
    const taken = all.find(
      (other) => other.domain_id !== former?.domain_id && (other.path === path || other.domain_id === id),
    );
    if (taken !== undefined)
      throw new AppError("conflict", `there is a domain ${path} already: ${taken.domain_id}`, { field: "name" });
    if (parent !== null) await settle(parent, all, by);
    const entry = { id, name, parent: parent?.domain_id ?? "", state };
    await catalogue.put("domain", entry, { by, ...(if_version === undefined ? {} : { if_version }) });
    return (await find(({ domain_id }) => domain_id === id)) as Domain;
  }

  async function checkUnused({ path }: Domain): Promise<void> {
    const used = (await selectLabels(store.read, {})).find(
      (label) => label.active !== "0" && isBelow(label.path, path),
    );
    if (used !== undefined)
      throw new AppError("conflict", `accounts of ${used.path} name domain ${path}; move or delete them first`, {
        field: "domain_id",
      });
  }

  return {
    list,
    get: (domain_id) => find((domain) => domain.domain_id === domain_id),
    byPath: (path) => find((domain) => domain.path === path),
    put,
  };
}

function toDomain(entry: Entry, entries: readonly Entry[], version: string): Domain {
  const { id: domain_id, name, parent, state = "active" } = entry;
  const path = wayUp(entries, domain_id)
    .map((above) => above.name)
    .toReversed()
    .join("/");
  return { domain_id, name, path, parent_domain_id: parent === "" ? null : parent, state, version };
}

/** The path and those above it, the highest first. */
function upTo(path: string): string[] {
  const names = path.split("/");
  return names.map((_name, index) => names.slice(0, index + 1).join("/"));
}

function fromLabel(path: string, known: ReadonlyMap<string, Domain>): Domain {
  const cut = path.lastIndexOf("/");
  const above = cut === -1 ? undefined : known.get(path.slice(0, cut));
  return {
    domain_id: domainIdOf(path),
    name: path.slice(cut + 1),
    path,
    parent_domain_id: above?.domain_id ?? null,
    state: "active",
    version: "0",
  };
}

function parentOf(change: DomainChange, former: Domain | undefined, all: readonly Domain[]): Domain | null {
  const asked = change.parent_domain_id;
  if (former?.parent_domain_id === null) {
    if (asked !== undefined) throw refuse("parent_domain_id", `domain ${former.path} is a root, expected no parent`);
    return null;
  }
  const id = asked ?? former?.parent_domain_id;
  const parent = all.find((one) => (id === undefined ? one.path === ROOT : one.domain_id === id));
  if (parent === undefined || parent.state === "deleted")
    throw refuse("parent_domain_id", `parent_domain_id is "${id ?? ROOT}", expected the id of an active domain`);
  return parent;
}

function refuse(field: string, detail: string): AppError {
  return new AppError("invalid-request", detail, { field });
}
