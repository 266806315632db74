import Type, { type Static } from "typebox";
import { monthOf } from "../../core/calendar.ts";
import type { Clock } from "../../core/clock.ts";
import { dec } from "../../core/decimal.ts";
import { insertLines } from "../../core/insert-lines.ts";
import { instant } from "../../core/instant.ts";
import type { Run, RunLedger } from "../../core/runs.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { dropStaleEntries, requireBalanced } from "../ledger/accrue.ts";
import { entries, type Posting, postingLines } from "../ledger/posting.ts";

/** What booking out credits stands on. */
export interface ExpireDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly ledger: RunLedger;
  /** How long after its expiry what is left of a promotion stays, in days. */
  graceDays(): Promise<number>;
  /** Zone of payers that name none. */
  defaultZone(): Promise<string>;
  /** Who asks: what is over is looked for, nobody says so. */
  readonly asked_by: string;
}

const Text = Type.String();
const Over = Type.Object({
  credit_id: Text,
  payer_account_id: Text,
  currency: Text,
  kind: Text,
  state: Text,
  expires_ms: Text,
  time_zone: Text,
  remaining: Text,
  first_unbilled: Text,
});
const selectOver = defineQuery("rating/credits/over_credits", Type.Object({ expired_ms: Type.Number() }), Over);

/**
 * Books out what is left of promotions that are over, and what is left of ended ones; what is left of an ended prepayment goes to the payer's
 * account, since it is his money. One run, so that it never meets a document that draws; null where there was nothing to do.
 * A promotion stays while a month that it may cover is not final, and until the grace is over. @throws AppError run-in-progress
 */
export async function expireCredits(deps: ExpireDeps): Promise<Run | null> {
  if ((await findOver(deps)).length === 0) return null;
  const { store, clock, ledger } = deps;
  return ledger.hold({ kind: "expire", asked_by: deps.asked_by }, async (run) => {
    const run_seq = run.seq.toString();
    await dropStaleEntries(store, run_seq);
    // asked again: another process may have been faster
    const over = await findOver(deps);
    const postings = over.map((credit) => bookOut(credit, run_seq));
    await insertLines(store.run, entries, postingLines(postings, { run_seq, now: clock.now() }));
    await requireBalanced(store, run_seq);
    const state = over.length === 0 ? "unchanged" : "published";
    return ledger.step(run, { state, counts: { credits: `${over.length}` } });
  });
}

async function findOver(deps: ExpireDeps): Promise<Static<typeof Over>[]> {
  const grace_ms = (await deps.graceDays()) * 86_400_000;
  const rows = await selectOver(deps.store.run, { expired_ms: deps.clock.now() - grace_ms });
  const zone = rows.length === 0 ? "" : await deps.defaultZone();
  return rows.filter(({ state, time_zone, expires_ms, first_unbilled }) => {
    if (state === "ended" || first_unbilled === "") return true;
    const zoneOfPayer = time_zone === "" ? zone : time_zone;
    // the last month that has time before the expiry, on the payer's clock
    return first_unbilled > monthOf({ zone: zoneOfPayer, at: instant(Number(expires_ms) - 1) });
  });
}

function bookOut({ credit_id, kind, state, remaining, ...of }: Static<typeof Over>, run_seq: string): Posting {
  const { payer_account_id, currency } = of;
  const amount = dec(remaining);
  const reference = `credit:${credit_id}`;
  const from = { ledger_account: kind === "promotion" ? "credit_liability" : "prepayment", amount, reference } as const;
  const to =
    kind === "promotion"
      ? ({ ledger_account: "credits_granted", amount: amount.neg(), reference } as const)
      : ({ ledger_account: "prepayment", amount: amount.neg(), reference: `ended:${credit_id}` } as const);
  return {
    kind: state === "ended" ? "credit-end" : "credit-expiry",
    about: [credit_id, run_seq],
    payer_account_id,
    currency,
    sides: [from, to],
  };
}
