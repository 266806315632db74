import Type, { type Static } from "typebox";
import { minorUnit } from "../../core/currencies.ts";
import { Dec, dec, formatFixed } from "../../core/decimal.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Pricing } from "../cards/pricing.ts";
import { ratePeriod, type RatingDeps } from "../rate.ts";
import type { RatingDefaults } from "../plans.ts";

const Difference = {
  currency: Type.String(),
  rated: Type.String({ description: "what the period's published rating says" }),
  preview: Type.String({ description: "what it would say at these prices" }),
  difference: Type.String({ description: "preview − rated" }),
};

/** What an account would owe, against what it is rated at. Amounts in the currency's minor unit, as statement lines have them. */
export const AccountDifference = Type.Object({
  account_id: Type.String(),
  payer_account_id: Type.String(),
  ...Difference,
});
export type AccountDifference = Static<typeof AccountDifference>;

/** All accounts asked for, one currency after the other. */
export const TotalDifference = Type.Object(Difference);
export type TotalDifference = Static<typeof TotalDifference>;

/** `accounts` empty = all that used something. */
export interface PeriodPreview {
  readonly period: string;
  readonly pricing: Pricing;
  readonly accounts: readonly string[];
  readonly defaults: RatingDefaults;
}

const Total = Type.Object({
  account_id: Type.String(),
  payer_account_id: Type.String(),
  currency: Type.String(),
  amount: Type.String(),
});
type Total = Static<typeof Total>;
const selectTotals = defineQuery(
  "rating/account_totals",
  Type.Object({ period: Type.String(), run_seq: Type.String(), accounts: Type.Array(Type.String()) }),
  Total,
);

/**
 * Rates a period at other prices, dry, and holds what each account would owe against what is published. Nothing is published; the run is in
 * the ledger as a dry one. @throws AppError run-in-progress, invalid-request
 */
export async function previewPeriod(
  deps: RatingDeps,
  { period, pricing, accounts, defaults }: PeriodPreview,
): Promise<{ totals: TotalDifference[]; accounts: AccountDifference[] }> {
  let preview: Total[] = [];
  const totalsOf = (run_seq: string): Promise<Total[]> =>
    selectTotals(deps.store.run, { period, run_seq, accounts: [...accounts] });
  await ratePeriod(deps, {
    period,
    defaults,
    pricing,
    dry_run: true,
    by_sums: true,
    look: async ({ run_seq }) => {
      preview = await totalsOf(run_seq);
    },
  });
  const last = await deps.ledger.latestPublished("rate", period);
  const rated = last === null ? [] : await totalsOf(last.seq.toString());
  const differences = compare(rated, preview);
  return { totals: sumUp(differences), accounts: differences };
}

function compare(rated: readonly Total[], preview: readonly Total[]): AccountDifference[] {
  const keyOf = ({ account_id, payer_account_id, currency }: Total): string =>
    JSON.stringify([account_id, payer_account_id, currency]);
  const before = new Map(rated.map((total) => [keyOf(total), total]));
  const after = new Map(preview.map((total) => [keyOf(total), total]));
  return [...new Map([...before, ...after])]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { account_id, payer_account_id, currency }]) => ({
      account_id,
      payer_account_id,
      ...difference(currency, before.get(key)?.amount ?? "0", after.get(key)?.amount ?? "0"),
    }));
}

function sumUp(differences: readonly AccountDifference[]): TotalDifference[] {
  const currencies = [...new Set(differences.map(({ currency }) => currency))].toSorted();
  return currencies.map((currency) => {
    const of = differences.filter((one) => one.currency === currency);
    const sum = (read: (one: AccountDifference) => string): string =>
      of.reduce((total, one) => total.plus(dec(read(one))), new Dec(0)).toFixed();
    return difference(
      currency,
      sum((one) => one.rated),
      sum((one) => one.preview),
    );
  });
}

function difference(currency: string, rated: string, preview: string): TotalDifference {
  const fixed = (value: Dec): string => formatFixed(value, minorUnit(currency));
  return {
    currency,
    rated: fixed(dec(rated)),
    preview: fixed(dec(preview)),
    difference: fixed(dec(preview).minus(dec(rated))),
  };
}
