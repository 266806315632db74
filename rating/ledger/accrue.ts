import Type from "typebox";
import { assert } from "../../core/errors.ts";
import type { InstantMs } from "../../core/instant.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";

const Text = Type.String();
const postAccruals = defineCommand(
  "rating/ledger/accrue",
  Type.Object({ run_seq: Text, rating_seq: Text, period: Text, now_ms: Type.Number() }),
);
const findUnbalanced = defineQuery(
  "rating/ledger/unbalanced",
  Type.Object({ run_seq: Text }),
  Type.Object({ posting_id: Text, currency: Text, amount: Text }),
);
const findStale = defineQuery(
  "rating/ledger/stale_entries",
  Type.Object({ run_seq: Text }),
  Type.Object({ run_seq: Text }),
);
const dropEntries = defineCommand("rating/ledger/drop_entries", Type.Object({ run_seq: Text }));
const dropDraws = defineCommand("rating/ledger/drop_draws", Type.Object({ run_seq: Text }));

/** Which run books what a rating run says; `rating_seq` left out: it is that run. */
interface Accruing {
  readonly run_seq: string;
  readonly rating_seq?: string;
  readonly period: string;
  readonly now: InstantMs;
}

/**
 * Books what a month's lines say otherwise than the accruals that count, per payer and currency: what was unbilled is taken back, what
 * now is accrued. Part of the run, so bill and ledger begin to count in one step (P7). @throws where a posting does not sum to zero
 */
export async function accrue(store: Store, { run_seq, rating_seq = run_seq, period, now }: Accruing): Promise<void> {
  await dropStaleEntries(store, run_seq);
  await postAccruals(store.run, { run_seq, rating_seq, period, now_ms: now });
  await requireBalanced(store, run_seq);
}

/** Asked before a run with entries is published: each of its postings sums to zero in each currency. @throws where one does not */
export async function requireBalanced(store: Store, run_seq: string): Promise<void> {
  const found = await findUnbalanced(store.run, { run_seq });
  const named = found.map(({ posting_id, amount, currency }) => `${posting_id} is off by ${amount} ${currency}`);
  assert(named.length === 0, `the ledger does not add up: ${named.join(", ")}`);
}

/** Drops what runs left that never counted. */
export async function dropStaleEntries(store: Store, run_seq: string): Promise<void> {
  for (const stale of await findStale(store.run, { run_seq })) {
    await dropEntries(store.run, stale);
    await dropDraws(store.run, stale);
  }
}
