import Type, { type Static } from "typebox";
import type { Clock } from "../../core/clock.ts";
import { Dec, dec } from "../../core/decimal.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { InControl } from "../../core/versions.ts";
import { entries, type Posting, postingLines } from "./posting.ts";

const Text = Type.String();
const OfPayer = Type.Object({ payer_account_id: Text });
const Open = Type.Object({
  payer_account_id: Text,
  currency: Text,
  period: Text,
  statement_id: Text,
  open: Text,
  pool: Text,
  settled: Text,
});
const Directed = Type.Object({
  payer_account_id: Text,
  currency: Text,
  statement_id: Text,
  payment_id: Text,
  amount: Text,
});
const selectAny = defineQuery("rating/ledger/any_money", Type.Object({}), Type.Object({ there: Type.Integer() }));
const selectOpen = defineQuery("rating/ledger/open_documents", OfPayer, Open);
const selectDirected = defineQuery("rating/ledger/directed_payments", OfPayer, Directed);

/**
 * Puts money where it belongs: what a document owes its payer to his account, and what is on account to what is open, first each payment to
 * the document it is for, then oldest first. Says how many postings that took. In a turn at control data, so nobody puts the same money twice.
 */
export async function settle(
  { store, clock, inControl }: { store: Store; clock: Clock; inControl: InControl },
  payer_account_id = "",
): Promise<number> {
  // Mostly nothing is to be moved; then no turn is taken.
  if ((await selectAny(store.read, {}))[0]?.there !== 1) return 0;
  if ((await selectOpen(store.read, { payer_account_id })).length === 0) return 0;
  return inControl(async (turn) => {
    const open = await selectOpen(store.read, { payer_account_id });
    const postings = settlePostings(open, await selectDirected(store.read, { payer_account_id }));
    const lines = postingLines(postings, { run_seq: "0", now: clock.now() });
    if (lines !== "") await turn.write(entries, lines);
    return postings.length;
  });
}

/** The postings that put money where it belongs; documents come oldest first. Pure. */
function settlePostings(open: readonly Static<typeof Open>[], directed: readonly Static<typeof Directed>[]): Posting[] {
  const keyOf = ({ payer_account_id, currency }: { payer_account_id: string; currency: string }): string =>
    JSON.stringify([payer_account_id, currency]);
  const pools = new Map(open.map((document) => [keyOf(document), dec(document.pool)]));
  const left = open.map((document) => ({ document, open: dec(document.open), times: Number(document.settled) }));
  const postings: Posting[] = [];

  function move(one: (typeof left)[number], amount: Dec, reference: string): void {
    const { payer_account_id, currency, statement_id, period } = one.document;
    const kind = amount.lt(0) ? "release" : "allocation";
    one.times += 1;
    one.open = one.open.minus(amount);
    pools.set(keyOf(one.document), (pools.get(keyOf(one.document)) ?? new Dec(0)).minus(amount));
    postings.push({
      kind,
      about: [statement_id, `${one.times}`],
      payer_account_id,
      currency,
      period: period.startsWith("9999") ? "" : period,
      sides: [
        { ledger_account: "prepayment", amount, reference },
        { ledger_account: "receivable", amount: amount.neg(), statement_id, reference },
      ],
    });
  }

  const inPool = (of: (typeof left)[number]): Dec => Dec.max(pools.get(keyOf(of.document)) ?? 0, 0);
  for (const one of left) if (one.open.lt(0)) move(one, one.open, `statement:${one.document.statement_id}`);
  for (const payment of directed) {
    const one = left.find(({ document }) => document.statement_id === payment.statement_id);
    if (one === undefined) continue;
    const amount = Dec.min(dec(payment.amount), one.open, inPool(one));
    if (amount.gt(0)) move(one, amount, `payment:${payment.payment_id}`);
  }
  for (const one of left) {
    const amount = Dec.min(one.open, inPool(one));
    if (amount.gt(0)) move(one, amount, `statement:${one.document.statement_id}`);
  }
  return postings;
}
