import Type from "typebox";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant, formatMs } from "../../core/instant.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import type { Query } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { type InControl, nextVersion } from "../../core/versions.ts";

/** Which version of a thing this is, since when, and who said so. */
export const Versioned = {
  version: Type.String({ description: "counts its changes from 1" }),
  changed_at: Type.String(),
  changed_by: Type.String(),
};
/** A thing as it stands in a book. */
export type Entry<T> = T & { readonly version: string; readonly changed_at: string; readonly changed_by: string };

/** Things kept as versions of JSON texts: issuers, profiles, tax rates. Nothing is ever taken out, so a version that a document names stays. */
export interface Book<T> {
  /** As they stand, by id; `ids` left out = all. */
  list(ids?: readonly string[]): Promise<Entry<T>[]>;
  get(id: string): Promise<Entry<T> | null>;
  /** A former version, null = there is none. */
  version(id: string, version: string): Promise<Entry<T> | null>;
  /**
   * Writes a thing whole as its next version; one that says the same as it stands writes nothing. `if_version`: the version the caller has seen,
   * 0 = there is none. @throws AppError precondition-failed, what `check` throws
   */
  put(thing: T, by: { readonly by: string; readonly if_version?: number }): Promise<Entry<T>>;
}

/** What is asked of the table of a book: ids none = all; version "0" = the latest. */
export const BookParams = Type.Object({ ids: Type.Array(Type.String()), version: Type.String() });
/** A row of it. */
export const BookRow = Type.Object({
  id: Type.String(),
  version: Type.String(),
  body: Type.String(),
  changed_ms: Type.String(),
  changed_by: Type.String(),
});

/** A book on its table. */
export function createBook<T>(
  deps: { readonly store: Store; readonly clock: Clock; readonly inControl: InControl },
  of: {
    readonly table: string;
    /** Its column of ids, and what it is called. */
    readonly key: string;
    readonly select: Query<
      { ids: string[]; version: string },
      { id: string; version: string; body: string; changed_ms: string; changed_by: string }
    >;
    readonly idOf: (thing: T) => string;
    /** Refuses what contradicts the others, of which nobody writes any meanwhile. */
    readonly check?: (thing: T, others: readonly T[]) => void;
  },
): Book<T> {
  const { store, clock, inControl } = deps;
  const read = async (ids: readonly string[], version = "0"): Promise<Entry<T>[]> =>
    (await of.select(store.read, { ids: [...ids], version })).map((row) => ({
      ...(JSON.parse(row.body) as T),
      version: row.version,
      changed_at: formatMs(row.changed_ms),
      changed_by: row.changed_by,
    }));
  const columns = [of.key, "version", "body", "changed_at", "changed_by"];
  return {
    list: (ids) => (ids?.length === 0 ? Promise.resolve([]) : read(ids ?? [])),
    get: async (id) => (await read([id]))[0] ?? null,
    version: async (id, version) => (await read([id], version))[0] ?? null,
    put: (thing, { by, if_version }) =>
      inControl(async (turn) => {
        const id = of.idOf(thing);
        const [former] = await read([id]);
        const present = former?.version ?? "0";
        if (if_version !== undefined && `${if_version}` !== present)
          throw new AppError("precondition-failed", `${of.table} ${id} is at version ${present}, not ${if_version}`, {
            field: "if-match",
          });
        of.check?.(thing, await read([]));
        const body = JSON.stringify(thing);
        if (former !== undefined && JSON.stringify(bare(former)) === body) return former;
        const now = clock.now();
        const version = nextVersion(former?.version);
        const values = [field(id), version, field(body), timeField(now), field(by)];
        await turn.write({ table: of.table, columns }, `${values.join("\t")}\n`);
        return { ...thing, version, changed_at: formatInstant(now), changed_by: by };
      }),
  };
}

/** A thing without what its version says of itself. */
export function bare<T>({ version: _version, changed_at: _at, changed_by: _by, ...thing }: Entry<T>): T {
  return thing as unknown as T;
}
