import Type from "typebox";
import { numbersField, textsField } from "../../core/array-field.ts";
import { field, insertLines } from "../../core/insert-lines.ts";
import { defineCommand } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { withoutInstant } from "../closed/closed-accounts.ts";
import type { Plan } from "../plan.ts";
import { cutsOf, type ListedPrice, type PriceList } from "../price-list.ts";

const RunScope = { run_seq: Type.String(), period: Type.String() };
const writeAccounts = defineCommand(
  "rating/explain/write_rating_accounts",
  Type.Object({ ...RunScope, cards: Type.Array(Type.String()), timelines: Type.Array(Type.String()) }),
);
const writeCurves = defineCommand("rating/explain/write_rating_curves", Type.Object(RunScope));
const drops = [
  defineCommand("rating/explain/drop_rating_accounts", Type.Object(RunScope)),
  defineCommand("rating/explain/drop_rating_prices", Type.Object(RunScope)),
  defineCommand("rating/explain/drop_rating_curves", Type.Object(RunScope)),
];
const columns = "run_seq period plan usage_type price_no tariff unit_base pooled tiers labels cuts".split(" ");

interface Scope {
  readonly run_seq: string;
  readonly period: string;
}

/**
 * Keeps what a run prices by beside its records: cards and assignments may be others tomorrow, and an explanation must say what was (P11).
 * Needs the accounts and curves of the run laid out.
 */
export async function keepPrices(
  store: Store,
  scope: Scope,
  { plans, list }: { plans: readonly Plan[]; list: PriceList },
): Promise<void> {
  await writeAccounts(store.run, {
    ...scope,
    cards: plans.map(({ rate_card_id }) => withoutInstant(rate_card_id)),
    timelines: plans.map(({ timeline }) => timeline),
  });
  await writeCurves(store.run, scope);
  const together = groupedByUse(list.prices);
  const lines = together.flatMap((group) => {
    const cuts = group[0] === undefined ? [] : cutsOf(group, group[0].plan.month);
    return group.map((price) => priceLine(scope, price, cuts));
  });
  await insertLines(store.run, { table: "rating_price", columns }, lines.join(""));
}

/** Drops what a run kept. */
export async function dropPrices(store: Store, scope: Scope): Promise<void> {
  for (const drop of drops) await drop(store.run, scope);
}

/** Prices of one plan and usage type share their cuts. */
function groupedByUse(prices: readonly ListedPrice[]): ListedPrice[][] {
  const groups = new Map<string, ListedPrice[]>();
  for (const price of prices) {
    const key = `${price.plan.plan}/${price.tariff.usage_type}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [price]);
    else known.push(price);
  }
  return [...groups.values()];
}

function priceLine({ run_seq, period }: Scope, price: ListedPrice, cuts: readonly number[]): string {
  const { plan, tariff, choices } = price;
  const tiers = new Map(
    choices.flatMap(({ curve, labels }) => curve.tiers.map(({ tier }, index) => [tier, labels[index] ?? ""] as const)),
  );
  const values = [
    run_seq,
    period,
    plan.plan,
    tariff.usage_type,
    price.price_no,
    field(JSON.stringify(tariff)),
    price.unit_base,
    price.pool_no > 0 ? 1 : 0,
    numbersField([...tiers.keys()]),
    textsField([...tiers.values()]),
    numbersField(cuts),
  ];
  return `${values.join("\t")}\n`;
}
