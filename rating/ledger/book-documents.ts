import Type from "typebox";
import type { Clock } from "../../core/clock.ts";
import type { RunLedger } from "../../core/runs.ts";
import { defineCommand } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { FinalizeStep } from "../finalize/issue.ts";
import { accrue, requireBalanced } from "./accrue.ts";

const Booking = Type.Object({ run_seq: Type.String(), now_ms: Type.Number() });
const postDocuments = defineCommand("rating/ledger/book_documents", Booking);
const postDraws = defineCommand("rating/ledger/book_draws", Booking);

/**
 * A step of a run of kind finalize, after its documents, taxes and draws are written and before it is published: what was unbilled
 * becomes receivable with its taxes, credits that went to a document reduce it, and a credit note does the opposite of what it takes
 * back. Where the month was last rated before there was a ledger, it is accrued first. @throws where a posting does not sum to zero
 */
export function bookDocuments(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly ledger: Pick<RunLedger, "latestPublished">;
}): FinalizeStep {
  const { store, clock, ledger } = deps;
  return async ({ run_seq, period }) => {
    const now = clock.now();
    const rating = await ledger.latestPublished("rate", period);
    if (rating !== null) await accrue(store, { run_seq, rating_seq: rating.seq.toString(), period, now });
    await postDocuments(store.run, { run_seq, now_ms: now });
    await postDraws(store.run, { run_seq, now_ms: now });
    await requireBalanced(store, run_seq);
  };
}
