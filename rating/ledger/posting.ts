import { contentId } from "../../core/content-id.ts";
import { type Dec, formatDecimal } from "../../core/decimal.ts";
import { assert } from "../../core/errors.ts";
import { field, type Target, timeField } from "../../core/insert-lines.ts";
import type { InstantMs } from "../../core/instant.ts";

/** One side of a posting; debit is positive. */
export interface Side {
  readonly ledger_account: "receivable" | "prepayment" | "credit_liability" | "credits_granted";
  readonly amount: Dec;
  /** The document it is owed on; '' = none. */
  readonly statement_id?: string;
  /** What it is by, such as credit:welcome. */
  readonly reference: string;
}

/** A posting of one payer and currency. `about`: what it is for, which its id is made from. */
export interface Posting {
  readonly kind: "allocation" | "release" | "credit-expiry" | "credit-end";
  readonly about: readonly string[];
  readonly payer_account_id: string;
  readonly currency: string;
  readonly period?: string;
  readonly sides: readonly Side[];
}

/** Where entries go. */
export const entries: Target = {
  table: "ledger_entry",
  columns:
    "run_seq posting_id entry kind ledger_account payer_account_id currency period statement_id reference booked_at amount".split(
      " ",
    ),
};

/** Postings as lines of the table; `run_seq` "0": they count at once. @throws where one does not sum to zero */
export function postingLines(
  postings: readonly Posting[],
  { run_seq, now }: { run_seq: string; now: InstantMs },
): string {
  return postings.flatMap((posting) => linesOf(posting, run_seq, timeField(now))).join("");
}

function linesOf({ kind, about, sides, ...of }: Posting, run_seq: string, booked_at: string): string[] {
  const [first, ...rest] = sides.map(({ amount }) => amount);
  const sum = first === undefined ? null : rest.reduce((total, amount) => total.plus(amount), first);
  assert(sum?.isZero() === true, `a ${kind} sums to zero`);
  const id = contentId("lp", kind, ...about);
  const { payer_account_id, currency, period = "" } = of;
  return sides.map(({ ledger_account, amount, statement_id = "", reference }, index) => {
    const head = [run_seq, id, index + 1, kind, ledger_account, field(payer_account_id), currency, period];
    return `${[...head, field(statement_id), field(reference), booked_at, formatDecimal(amount)].join("\t")}\n`;
  });
}
