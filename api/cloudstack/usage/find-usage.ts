import Type, { type Static } from "typebox";
import { readInOrder } from "../../../aggregate/index.ts";
import { shapeColumns } from "../../../core/shape-columns.ts";
import { defineQuery } from "../../../core/sql.ts";
import type { Store } from "../../../core/store.ts";
import type { Page } from "../command.ts";
import type { UsageFilter } from "./usage-filter.ts";

const Text = Type.String();
const Texts = Type.Array(Text);
const Filter = {
  as_of: Text,
  from_ms: Type.Integer(),
  to_ms: Type.Integer(),
  account_ids: Texts,
  usage_types: Type.Array(Type.Integer()),
  resources: Texts,
  parts: Texts,
  vm: Text,
  offering: Text,
};
const Key = Type.Object({
  account_id: Text,
  start_ms: Text,
  k: Text,
  usage_type: Type.Integer(),
  resource: Text,
  part: Text,
});
type Key = Static<typeof Key>;
const KeyRow = Type.Object({ ...Key.properties, live: Type.Integer(), read: Text });
const selectKeys = defineQuery(
  "api/cloudstack/usage_keys",
  Type.Object({
    ...Filter,
    after_account: Text,
    after_ms: Text,
    after_k: Text,
    after_type: Type.Integer(),
    after_resource: Text,
    after_part: Text,
    rows: Type.Integer(),
  }),
  KeyRow,
);
const selectRecords = defineQuery(
  "api/cloudstack/usage_records",
  Type.Object({
    as_of: Text,
    account_ids: Texts,
    starts_ms: Type.Array(Type.Integer()),
    usage_types: Type.Array(Type.Integer()),
    resources: Texts,
    parts: Texts,
  }),
  Type.Object({
    ...Key.properties,
    end_ms: Text,
    quantity: Text,
    raw_hours: Type.Number(),
    from_ms: Text,
    to_ms: Text,
    ...shapeColumns,
  }),
);
/** A record as CloudStack tells them apart, with its figures. */
export type UsageRow = Awaited<ReturnType<typeof selectRecords>>[number];
const countRecords = defineQuery("api/cloudstack/usage_count", Type.Object(Filter), Type.Object({ records: Text }));

/** Where a page begins: after this many records of the key, or at the key's first. */
interface Place {
  readonly after: Key | null;
  /** Records of the key behind `after` that the page before has shown. */
  readonly shown: number;
}
const beginning: Place = { after: null, shown: 0 };

interface Listing {
  count: number | null;
  /** Where pages begin that were asked for before, by the records before them. */
  readonly places: Map<number, Place>;
}

const listingsMax = 100;
const placesMax = 10_000;
const rowsMax = 20_000;

/** Reads usage page by page. */
export interface UsageFinder {
  /** @returns a page and how many records there are in all, both as of the filter's run */
  find(filter: UsageFilter, page: Page): Promise<{ rows: UsageRow[]; count: number }>;
  count(filter: UsageFilter): Promise<number>;
}

/**
 * Pages by number over an order that has none: where a page ended is remembered for the next, for listings asked for lately, and so is their
 * count, so that following a list costs what its pages hold. A page nobody has come near is reached by reading keys from the
 * nearest one known.
 */
export function createUsageFinder(store: Store): UsageFinder {
  const listings = new Map<string, Listing>();

  function listingOf(filter: UsageFilter): Listing {
    const key = JSON.stringify(filter);
    const listing = listings.get(key) ?? { count: null, places: new Map([[0, beginning]]) };
    listings.delete(key);
    listings.set(key, listing);
    if (listings.size > listingsMax) for (const oldest of [...listings.keys()].slice(0, 1)) listings.delete(oldest);
    return listing;
  }

  /** Reads records from a place on until `wanted` of them are there, in portions. */
  async function* read(filter: UsageFilter, from: Place, wanted: number): AsyncGenerator<UsageRow[]> {
    let { after, shown } = from;
    for (let left = wanted; left > 0;) {
      const { keys, last } = await readKeys(store, filter, { after, want: Math.min(left + 1, rowsMax) });
      const rows = keys.length === 0 ? [] : await selectRecords(store.read, toArrays(filter.as_of, keys));
      const fresh = rows.slice(shown);
      shown = 0;
      left -= fresh.length;
      after = keys.at(-1) ?? after;
      yield fresh;
      if (last) return;
    }
  }

  async function find(filter: UsageFilter, { page, size }: Page): Promise<{ rows: UsageRow[]; count: number }> {
    const listing = listingOf(filter);
    const skip = size === null ? 0 : (page - 1) * size;
    const total = await count(filter);
    // Else a page beyond the end would be looked for in all there is.
    if (skip >= total) return { rows: [], count: total };
    const near = [...listing.places.keys()].filter((at) => at <= skip).reduce((a, b) => Math.max(a, b), 0);
    const wanted = size ?? Number.MAX_SAFE_INTEGER;
    const found: UsageRow[] = [];
    let passed = near;
    for await (const rows of read(filter, listing.places.get(near) ?? beginning, skip - near + wanted)) {
      found.push(...rows.slice(Math.max(0, skip - passed)));
      passed += rows.length;
    }
    const rows = found.slice(0, wanted);
    const next = placeAfter(rows, found, near === skip ? (listing.places.get(near) ?? beginning) : null);
    if (next !== null && listing.places.size < placesMax) listing.places.set(skip + rows.length, next);
    return { rows, count: total };
  }

  async function count(filter: UsageFilter): Promise<number> {
    const listing = listingOf(filter);
    listing.count ??= Number((await countRecords(store.read, copyOf(filter)))[0]?.records ?? 0);
    return listing.count;
  }

  return { find, count };
}

/** Where the page behind `rows` begins: a key whose records end on the next page is read again, without those shown. `from`: where this one began; null = not known. */
function placeAfter(rows: readonly UsageRow[], found: readonly UsageRow[], from: Place | null): Place | null {
  const last = rows.at(-1);
  const next = found[rows.length];
  if (last === undefined) return null;
  if (next === undefined || !isSame(last, next)) return { after: keyOf(last), shown: 0 };
  const before = rows.findLast((row) => !isSame(row, last));
  const shown = rows.filter((row) => isSame(row, last)).length;
  if (before !== undefined) return { after: keyOf(before), shown };
  return from === null ? null : { after: from.after, shown: shown + from.shown };
}

/** So many live keys after one, and whether there are no more. */
async function readKeys(
  store: Store,
  filter: UsageFilter,
  { after, want }: { after: Key | null; want: number },
): Promise<{ keys: Key[]; last: boolean }> {
  const { found: keys, last } = await readInOrder<Static<typeof KeyRow>>(
    // A key has a row, and two more for each time it was corrected.
    { want, rows: want + 100 },
    {
      read: (rows, latest) => selectKeys(store.read, { ...copyOf(filter), ...afterOf(latest ?? after), rows }),
      counts: ({ live }) => live === 1,
      beforeLast: (rows) => rows.slice(0, -1),
    },
  );
  return { keys, last };
}

function afterOf(after: Key | null) {
  return {
    after_account: after?.account_id ?? "",
    after_ms: after?.start_ms ?? "0",
    after_k: after?.k ?? "0",
    after_type: after?.usage_type ?? 0,
    after_resource: after?.resource ?? "",
    after_part: after?.part ?? "",
  };
}

function copyOf({ account_ids, usage_types, resources, parts, ...filter }: UsageFilter) {
  const lists = { account_ids: [...account_ids], usage_types: [...usage_types] };
  return { ...filter, ...lists, resources: [...resources], parts: [...parts] };
}

function toArrays(as_of: string, keys: readonly Key[]) {
  return {
    as_of,
    account_ids: keys.map(({ account_id }) => account_id),
    starts_ms: keys.map(({ start_ms }) => Number(start_ms)),
    usage_types: keys.map(({ usage_type }) => usage_type),
    resources: keys.map(({ resource }) => resource),
    parts: keys.map(({ part }) => part),
  };
}

function keyOf({ account_id, start_ms, k, usage_type, resource, part }: Key): Key {
  return { account_id, start_ms, k, usage_type, resource, part };
}

function isSame(a: Key, b: Key): boolean {
  return JSON.stringify(keyOf(a)) === JSON.stringify(keyOf(b));
}
