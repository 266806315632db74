import Type, { type Static } from "typebox";
import { monthAnywhere } from "../../core/calendar.ts";
import { dec, type Dec, formatDecimal } from "../../core/decimal.ts";
import { field, insertLines } from "../../core/insert-lines.ts";
import type { RunLedger } from "../../core/runs.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { FinalizeStep } from "../finalize/issue.ts";
import { dropStaleEntries } from "../ledger/accrue.ts";
import { coins } from "../taxes/coins.ts";
import { coverDocument } from "./cover.ts";

const Text = Type.String();
const Month = { run_seq: Text, from_ms: Type.Number(), to_ms: Type.Number() };
const giveBack = defineCommand("rating/credits/give_back", Type.Object({ run_seq: Text }));
const selectCredits = defineQuery(
  "rating/credits/usable_credits",
  Type.Object(Month),
  Type.Object({
    credit_id: Text,
    payer_account_id: Text,
    currency: Text,
    from_ms: Text,
    expires_ms: Text,
    remaining: Text,
  }),
);
const Coverable = Type.Object({
  statement_id: Text,
  payer_account_id: Text,
  currency: Text,
  total: Text,
  from_ms: Text,
  amount: Text,
});
const selectCoverable = defineQuery(
  "rating/credits/coverable",
  Type.Object({
    ...Month,
    rating_seq: Text,
    period: Text,
    currency_codes: Type.Array(Text),
    minor_steps: Type.Array(Type.Integer()),
  }),
  Coverable,
);

/**
 * A step of a run of kind finalize, after its documents, lines and taxes are written: gives back what went to the documents it takes back, and
 * draws credits for those it issues, in the order of payer, currency and document. To be called before they are booked.
 */
export function drawCredits(deps: {
  readonly store: Store;
  readonly ledger: Pick<RunLedger, "latestPublished">;
}): FinalizeStep {
  const { store, ledger } = deps;
  return async ({ run_seq, period }) => {
    await dropStaleEntries(store, run_seq);
    await giveBack(store.run, { run_seq });
    const { start: from_ms, end: to_ms } = monthAnywhere(period);
    const month = { run_seq, from_ms, to_ms };
    const credits = (await selectCredits(store.run, month)).map((credit) => ({
      ...credit,
      from_ms: Number(credit.from_ms),
      expires_ms: Number(credit.expires_ms),
    }));
    const rating = credits.length === 0 ? null : await ledger.latestPublished("rate", period);
    if (rating === null) return;
    const left = new Map(credits.map(({ credit_id, remaining }) => [credit_id, dec(remaining)]));
    const byPayer = grouped(credits, payerOf);
    const rating_seq = rating.seq.toString();
    const rows = await selectCoverable(store.run, {
      ...month,
      rating_seq,
      period,
      ...coins,
    });
    const lines = [...grouped(rows, ({ statement_id }) => statement_id)].flatMap(([statement_id, parts]) =>
      drawsOf(parts, byPayer, left).map(
        ({ credit_id, amount }) =>
          `${[run_seq, field(credit_id), field(statement_id), formatDecimal(amount)].join("\t")}\n`,
      ),
    );
    const into = { table: "credit_draw", columns: ["run_seq", "credit_id", "statement_id", "amount"] };
    await insertLines(store.run, into, lines.join(""));
  };
}

type Credit = Parameters<typeof coverDocument>[1][number];

function drawsOf(
  parts: readonly Static<typeof Coverable>[],
  byPayer: ReadonlyMap<string, readonly Credit[]>,
  left: Map<string, Dec>,
): ReturnType<typeof coverDocument> {
  const [first] = parts;
  if (first === undefined) return [];
  const stretches = parts.map(({ from_ms, amount }) => ({ from_ms: Number(from_ms), amount: dec(amount) }));
  return coverDocument({ payable: dec(first.total), stretches }, byPayer.get(payerOf(first)) ?? [], left);
}

function payerOf({ payer_account_id, currency }: { payer_account_id: string; currency: string }): string {
  return JSON.stringify([payer_account_id, currency]);
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [row]);
    else known.push(row);
  }
  return groups;
}
