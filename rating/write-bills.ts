import Type, { type Static } from "typebox";
import { minorUnit } from "../core/currencies.ts";
import { RATING_SCALE } from "../core/decimal.ts";
import { assert } from "../core/errors.ts";
import type { InstantMs } from "../core/instant.ts";
import type { Run } from "../core/runs.ts";
import { defineCommand, defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import type { Pricing } from "./cards/pricing.ts";
import { writeCharges } from "./charges/write-charges.ts";
import { closedPricing, layClosedAccounts, rateAll } from "./closed/closed-accounts.ts";
import { restateClosed } from "./closed/restate.ts";
import { keepPrices } from "./explain/keep-prices.ts";
import { endingBefore } from "./forecast/lay-projection.ts";
import type { IntegerWidth } from "./integer-width.ts";
import type { Plan } from "./plan.ts";
import { type RatingDefaults, readPlans, writePlans } from "./plans.ts";
import type { RateRequest, RatingDeps } from "./rate.ts";
import { refuseTooMuch } from "./too-much.ts";

const PeriodTotal = Type.Object({
  currency: Type.String(),
  statements: Type.String(),
  lines: Type.String(),
  records: Type.String(),
  unrated_lines: Type.String(),
  exact_amount: Type.String(),
  amount: Type.String(),
});
/** What one currency of a period comes to: exact (9 decimals) and as its statements say it. */
export type PeriodTotal = Static<typeof PeriodTotal>;

const RunScope = { run_seq: Type.String(), period: Type.String() };
const Rows = { ...RunScope, as_of: Type.String(), from_ms: Type.Number(), to_ms: Type.Number() };
const pricePeriod = defineCommand(
  "rating/rate_period",
  Type.Object({ ...Rows, cuts: Type.Array(Type.Number()), integer: Type.String() }),
  // what is priced side by side is sorted and written side by side
  { max_insert_threads: 2 },
);
const priceSums = defineCommand(
  "rating/preview/price_sums",
  Type.Object({ ...Rows, cuts: Type.Array(Type.Number()), edges: Type.Array(Type.Number()) }),
);
const checkPeriod = defineQuery(
  "rating/check_period",
  Type.Object(Rows),
  Type.Object({ wrong_prices: Type.String(), lost_records: Type.String(), wrong_quantities: Type.String() }),
);
const writeLines = defineCommand(
  "rating/write_statement_lines",
  Type.Object({
    ...RunScope,
    type_ids: Type.Array(Type.Integer()),
    type_names: Type.Array(Type.String()),
    base_units: Type.Array(Type.String()),
    currency_codes: Type.Array(Type.String()),
    minor_steps: Type.Array(Type.Integer()),
  }),
);
/** What a run's lines come to, per currency. */
export const readTotals = defineQuery("rating/period_totals", Type.Object(RunScope), PeriodTotal);

/** The bills of a month: who has closed it, at what counted then; and on them what late facts changed of earlier closed months. */
export async function writeBills(deps: RatingDeps, scope: Scope, request: RateRequest): Promise<Written> {
  const { store, rateCards } = deps;
  const { run, period, as_of, defaults, pricing } = scope;
  const at_present = request.pricing !== undefined;
  await rateAll(store);
  await layClosedAccounts(store, { period, state: period, as_of, defaults, at_present });
  const written = await writeRun(deps, { ...scope, pricing: await closedPricing({ store, rateCards }, pricing) });
  // previews and forecasts are of the month's own use, as budgets are; corrections are of other months
  if (at_present || scope.by_sums || request.projection !== undefined) return written;
  const run_seq = run.seq.toString();
  await restateClosed({
    store,
    rateCards,
    run_seq,
    period,
    as_of,
    defaults,
    pricing,
    rate: async (month) => void (await writeRun(deps, { ...scope, ...month, period: month.month })),
  });
  return { ...written, totals: await readTotals(store.run, { run_seq, period }) };
}

/** What the bills of a month are made from. */
interface Scope {
  readonly run: Run;
  readonly period: string;
  /** The period under which the rows go, where it is not the month itself. */
  readonly rows_of?: string;
  readonly defaults: RatingDefaults;
  readonly pricing: Pricing;
  readonly as_of: string;
  readonly by_sums: boolean;
  /** Windows that start before this alone; null = all of the period. */
  readonly before: InstantMs | null;
}

/** What was written, before it counts. */
interface Written {
  readonly totals: PeriodTotal[];
  readonly integer: IntegerWidth;
}

async function writeRun(
  { store, usageTypes, ledger }: RatingDeps,
  { run, period, rows_of = period, defaults, pricing, as_of, by_sums, before }: Scope,
): Promise<Written> {
  const found = endingBefore(await readPlans(store, { period, as_of, defaults, pricing }), before);
  const { plans, from_ms, to_ms } = found;
  const scope = { run_seq: run.seq.toString(), period: rows_of };
  if (plans.length === 0) {
    await writeCharges(store, { ...scope, month: period, as_of, defaults, pricing });
    return { totals: await readTotals(store.run, scope), integer: "Int128" };
  }
  const integer = await writePlans(store, { period, as_of, defaults, ...found });
  if (!run.dry_run) await keepPrices(store, scope, found);
  const tell = (what: string, done: number): Promise<void> => ledger.beat(run, { what, done, total: 3, unit: "steps" });
  await tell("pricing records", 0);
  const priced = { ...scope, as_of, from_ms, to_ms, cuts: [...found.cuts] };
  const pricedAll = by_sums
    ? priceSums(store.run, { ...priced, edges: [...found.edges] })
    : pricePeriod(store.run, { ...priced, integer });
  await pricedAll.catch(refuseTooMuch);
  await tell("checking sums", 1);
  await requireSums(store, { ...scope, as_of, from_ms, to_ms }, by_sums);
  const types = usageTypes.list();
  const currency_codes = [...new Set(plans.map(({ currency }: Plan) => currency))];
  await tell("writing statement lines", 2);
  await writeLines(store.run, {
    ...scope,
    type_ids: types.map(({ usage_type }) => usage_type),
    type_names: types.map(({ name }) => name),
    base_units: types.map(({ unit }) => unit),
    currency_codes,
    minor_steps: currency_codes.map((code) => 10 ** (RATING_SCALE - minorUnit(code))),
  });
  await writeCharges(store, { ...scope, month: period, as_of, defaults, pricing });
  return { totals: await readTotals(store.run, scope), integer };
}

async function requireSums(store: Store, scope: Parameters<typeof checkPeriod>[1], by_sums: boolean): Promise<void> {
  const [found] = await checkPeriod(store.run, scope);
  const wrong = Object.entries(found ?? { check: "no answer" }).filter(
    ([what, count]) => count !== "0" && !(by_sums && what === "lost_records"),
  );
  assert(wrong.length === 0, `rating does not add up: ${wrong.map(([what, count]) => `${what} ${count}`).join(", ")}`);
}
