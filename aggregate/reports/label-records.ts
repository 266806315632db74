import Type, { type Static } from "typebox";
import { assert } from "../../core/errors.ts";
import { shapeColumns } from "../../core/shape-columns.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const Text = Type.String();
const Texts = Type.Array(Text);
const Shape = Type.Object({ shape_id: Text, ...shapeColumns });
const selectShapes = defineQuery("aggregate/reports/shapes", Type.Object({ shapes: Type.Array(Type.BigInt()) }), Shape);
const selectAccounts = defineQuery(
  "aggregate/reports/account_names",
  Type.Object({ account_ids: Texts }),
  Type.Object({ account_id: Text, name: Text }),
);
const selectNames = defineQuery(
  "aggregate/reports/resource_names",
  Type.Object({ account_ids: Texts, resources: Texts }),
  Type.Object({ account_id: Text, resource: Text, part: Text, name: Text }),
);

interface Labelled {
  readonly account_id: string;
  readonly resource: string;
  readonly part: string;
}

/** What stands beside the figures of a page: what its shapes stand for, and what is called how now; '' = nobody named it. */
export interface RecordLabels {
  /** A shape is written before any record that names it. */
  shape(shape_id: string): Static<typeof Shape>;
  account(account_id: string): string;
  name(of: Labelled): string;
}

/** Looks up the labels of a page, whole lists at a time. */
export async function labelRecords(
  { store }: { store: Store },
  rows: readonly (Labelled & { readonly shape_id: string })[],
): Promise<RecordLabels> {
  const of = (key: "account_id" | "resource" | "shape_id"): string[] => [...new Set(rows.map((row) => row[key]))];
  const [shapes, accounts, nameOf] = await Promise.all([
    readShapes({ store }, of("shape_id")),
    rows.length === 0 ? [] : selectAccounts(store.read, { account_ids: of("account_id") }),
    nameResources({ store }, { account_ids: of("account_id"), resources: of("resource") }),
  ]);
  const byAccount = new Map(accounts.map(({ account_id, name }) => [account_id, name]));
  return {
    shape: (shape_id) => {
      const shape = shapes.get(shape_id);
      assert(shape !== undefined, `the store says what shape ${shape_id} stands for`);
      return shape;
    },
    account: (account_id) => byAccount.get(account_id) ?? "",
    name: nameOf,
  };
}

type Shapes = Map<string, Static<typeof Shape>>;
const known = new WeakMap<Store, Shapes>();
/** Some ten megabytes; then it begins anew. */
const KEPT_MAX = 20_000;

/** A shape is named by its content and so never changes: what was looked up once is kept. */
async function readShapes({ store }: { store: Store }, asked: readonly string[]): Promise<Shapes> {
  let kept = known.get(store);
  if (kept === undefined || kept.size > KEPT_MAX) known.set(store, (kept = new Map()));
  const shapes = kept;
  const others = asked.filter((shape_id) => !shapes.has(shape_id));
  const found = others.length === 0 ? [] : await selectShapes(store.read, { shapes: others.map(BigInt) });
  for (const shape of found) shapes.set(shape.shape_id, shape);
  return shapes;
}

/** What resources and parts of them are called; '' = nobody named it. */
export async function nameResources(
  { store }: { store: Store },
  asked: { account_ids: readonly string[]; resources: readonly string[] },
): Promise<(of: Labelled) => string> {
  const { account_ids, resources } = asked;
  const rows =
    resources.length === 0
      ? []
      : await selectNames(store.read, { account_ids: [...account_ids], resources: [...resources] });
  const named = new Map(rows.map(({ name, ...of }) => [keyOf(of), name]));
  return (of) => named.get(keyOf(of)) ?? "";
}

function keyOf({ account_id, resource, part }: Labelled): string {
  return JSON.stringify([account_id, resource, part]);
}
