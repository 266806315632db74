import Type from "typebox";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const Text = Type.String();
const selectPublication = defineQuery(
  "aggregate/reports/publication",
  Type.Object({}),
  Type.Object({ state: Text, as_of: Text, run_id: Text, bound: Text }),
);

/** How far usage is published. */
export interface Publication {
  /** Another one after each publishing, and where a closing comes to cover more accounts. */
  readonly state: string;
  /** The latest published run of usage: the highest run_seq that counts; 0 = none. */
  readonly as_of: bigint;
  readonly run_id: string | null;
  readonly bound: Readonly<Record<string, string>>;
}

export async function readPublication({ store }: { store: Store }): Promise<Publication> {
  const [row] = await selectPublication(store.read, {});
  const { state = "", as_of = "0", run_id = "", bound = "" } = row ?? {};
  if (run_id === "") return { state, as_of: 0n, run_id: null, bound: {} };
  return { state, as_of: BigInt(as_of), run_id, bound: JSON.parse(bound) as Record<string, string> };
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
