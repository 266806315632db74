import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, formatDecimal, formatFixed } from "../../core/decimal.ts";
import { formatInstant, formatMs, type InstantMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { refuse } from "../refuse.ts";

/** What a payer has and owes in one currency. */
export const Balance = Type.Object(
  {
    payer_account_id: Type.String(),
    currency: Type.String(),
    unbilled: Type.String({ description: "rated and on no final statement yet, without taxes" }),
    receivable: Type.String({ description: "on final statements and not paid; below 0: owed to the payer" }),
    credits: Type.String({ description: "left of grants" }),
    prepaid: Type.String({ description: "money on account that no statement has taken" }),
    balance: Type.String({ description: "prepaid + credits - unbilled - receivable" }),
    at: Type.String(),
  },
  { additionalProperties: false },
);
export type Balance = Static<typeof Balance>;

/** One side of a posting; debit is positive. */
export const LedgerEntry = Type.Object(
  {
    posting_id: Type.String({ description: "its entries sum to zero" }),
    entry: Type.Integer(),
    kind: Type.String({ description: "accrual, statement, payment, …: rating/README.md" }),
    ledger_account: Type.String(),
    payer_account_id: Type.String(),
    currency: Type.String(),
    amount: Type.String({ description: "above 0: debit, below: credit" }),
    period: Type.Union([Type.String(), Type.Null()]),
    statement_id: Type.Union([Type.String(), Type.Null()], { description: "the document it is of" }),
    reference: Type.String({ description: "what it is by, such as payment:ID" }),
    run_id: Type.Union([Type.String(), Type.Null()]),
    booked_at: Type.String({ description: "of a run: when it was published" }),
  },
  { additionalProperties: false },
);
export type LedgerEntry = Static<typeof LedgerEntry>;

/** Which entries; "" = all. `from` and `to`: when they were booked, half-open. */
export interface EntryFilter {
  readonly payer_account_id: string;
  /** The payers that may be seen, none = all. */
  readonly within?: readonly string[];
  readonly currency: string;
  readonly ledger_account: string;
  readonly kind: string;
  readonly period: string;
  readonly statement_id: string;
  readonly from: InstantMs | null;
  readonly to: InstantMs | null;
}

/** Where the next page of entries begins. */
export interface EntryPlace {
  readonly booked_ms: number;
  readonly posting_id: string;
  readonly entry: number;
}

/** Reading the ledger. */
export interface Ledger {
  /** By payer and currency, as booked up to `at`; null = now. @throws AppError invalid-request for the future */
  balances(asked: {
    payer_account_id: string;
    within?: readonly string[];
    at: InstantMs | null;
    after: { payer_account_id: string; currency: string } | null;
    limit: number;
  }): Promise<Balance[]>;
  /** In the order they were booked. */
  entries(asked: { filter: EntryFilter; after: EntryPlace | null; limit: number }): Promise<LedgerEntry[]>;
}

const Text = Type.String();
const selectBalances = defineQuery(
  "rating/ledger/balances",
  Type.Object({
    payer_account_id: Text,
    within: Type.Array(Text),
    at_ms: Type.Number(),
    after_payer: Text,
    after_currency: Text,
    limit: Type.Integer(),
  }),
  Type.Omit(Balance, ["at"]),
);
const selectEntries = defineQuery(
  "rating/ledger/entries",
  Type.Object({
    payer_account_id: Text,
    within: Type.Array(Text),
    currency: Text,
    ledger_account: Text,
    kind: Text,
    period: Text,
    statement_id: Text,
    from_ms: Type.Number(),
    to_ms: Type.Number(),
    after_ms: Type.Number(),
    after_posting: Text,
    after_entry: Type.Integer(),
    limit: Type.Integer(),
  }),
  Type.Object({
    posting_id: Text,
    entry: Type.Integer(),
    kind: Text,
    ledger_account: Text,
    payer_account_id: Text,
    currency: Text,
    period: Text,
    statement_id: Text,
    reference: Text,
    booked_ms: Text,
    amount: Text,
    run_id: Text,
  }),
);
/** Above every booking: the year 2286, Unix ms UTC. */
const END_MS = 10_000_000_000_000;

/** The ledger in the store. */
export function createLedger({ store, clock }: { store: Store; clock: Clock }): Ledger {
  return {
    balances: async ({ payer_account_id, within = [], at, after, limit }) => {
      const now = clock.now();
      const until = at ?? now;
      if (until > now) refuse("at", formatInstant(until), `an instant that has come; it is ${formatInstant(now)}`);
      const place = { after_payer: after?.payer_account_id ?? "", after_currency: after?.currency ?? "" };
      const seen = { payer_account_id, within: [...within] };
      const rows = await selectBalances(store.read, { ...seen, at_ms: until, ...place, limit });
      return rows.map((row) => {
        const shown = (amount: string): string => formatFixed(dec(amount), minorUnit(row.currency));
        const { unbilled, receivable, credits, prepaid, balance } = row;
        return {
          payer_account_id: row.payer_account_id,
          currency: row.currency,
          unbilled: shown(unbilled),
          receivable: shown(receivable),
          credits: shown(credits),
          prepaid: shown(prepaid),
          balance: shown(balance),
          at: formatInstant(until),
        };
      });
    },
    entries: async ({ filter: { from, to, within = [], ...filter }, after, limit }) => {
      const rows = await selectEntries(store.read, {
        ...filter,
        within: [...within],
        from_ms: from ?? 0,
        to_ms: to ?? END_MS,
        after_ms: after?.booked_ms ?? -1,
        after_posting: after?.posting_id ?? "",
        after_entry: after?.entry ?? 0,
        limit,
      });
      return rows.map(({ booked_ms, period, statement_id, run_id, amount, ...row }) => ({
        ...row,
        amount: formatDecimal(dec(amount)),
        period: period === "" ? null : period,
        statement_id: statement_id === "" ? null : statement_id,
        run_id: run_id === "" ? null : run_id,
        booked_at: formatMs(booked_ms),
      }));
    },
  };
}
