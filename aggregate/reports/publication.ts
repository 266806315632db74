import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const Text = Type.String();
const selectPublication = defineQuery(
  "aggregate/reports/publication",
  Type.Object({}),
  Type.Object({ state: Text, as_of: Text, run_id: Text, bound: Text, covers: Text }),
);

/** How far usage is published. */
export interface Publication {
  /** Another one after each publishing, and where a closing comes to cover more accounts. */
  readonly state: string;
  /** The latest published run of usage: the highest run_seq that counts; 0 = none. */
  readonly as_of: bigint;
  readonly run_id: string | null;
  readonly bound: Readonly<Record<string, string>>;
  /** How often an account was put under a closing afterwards: what it had used is booked elsewhere from then on, without a run. */
  readonly covers: string;
}

export async function readPublication({ store }: { store: Store }): Promise<Publication> {
  const [row] = await selectPublication(store.read, {});
  const { state = "", as_of = "0", run_id = "", bound = "", covers = "0" } = row ?? {};
  if (run_id === "") return { state, as_of: 0n, run_id: null, bound: {}, covers };
  return { state, as_of: BigInt(as_of), run_id, bound: JSON.parse(bound) as Record<string, string>, covers };
}

/** Refuses to go on where an account was put under a closing since: what was a record then may be an adjustment now. @throws AppError conflict */
export async function requireCovers({ store }: { store: Store }, covers: string): Promise<void> {
  if ((await readPublication({ store })).covers === covers) return;
  throw new AppError(
    "conflict",
    "an account came to a payer that had closed the period since the first page; ask for it again",
  );
}

interface Known {
  readonly state: string;
  readonly values: Map<string, Promise<unknown>>;
}
const known = new WeakMap<Store, Known>();

/** Of each state; more are read anew. */
const KEPT_MAX = 10_000;

/** What only publishing changes, by its name: read once for each state of publication. */
export function oncePublished<T>(
  { store }: { store: Store },
  asked: { state: string; name: string; read: () => Promise<T> },
): Promise<T> {
  const { state, name, read } = asked;
  let values = known.get(store);
  if (values?.state !== state) known.set(store, (values = { state, values: new Map() }));
  const found = values.values.get(name) as Promise<T> | undefined;
  if (found !== undefined) return found;
  const value = read();
  const kept = values.values;
  if (kept.size < KEPT_MAX) kept.set(name, value);
  value.catch(() => kept.delete(name));
  return value;
}
