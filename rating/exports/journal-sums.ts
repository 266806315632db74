import Type from "typebox";
import { dec } from "../../core/decimal.ts";
import { AppError } from "../../core/errors.ts";
import { sumFile } from "../../core/file-export.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { addSums, difference, type Expected, type Sums, type WrittenFile } from "./export-sums.ts";
import type { ExportFacts } from "./kinds.ts";

const Text = Type.String();
const Span = { from_ms: Type.Number(), to_ms: Type.Number(), payer: Text };
const readJournal = defineQuery(
  "rating/exports/journal_totals",
  Type.Object({ ...Span, part: Type.Integer(), parts: Type.Integer() }),
  Type.Object({ currency: Text, ledger_account: Text, entries: Text, amount: Text, unbalanced: Text }),
);
const readDocuments = defineQuery(
  "rating/exports/journal_documents",
  Type.Object(Span),
  Type.Object({
    kind: Text,
    statement_id: Text,
    ledger_account: Text,
    payer_account_id: Text,
    currency: Text,
    amount: Text,
  }),
);

/** What the ledger has of a month, by currency and account. @throws AppError export-does-not-reconcile where a posting is not zero */
export async function expectedOfJournal(store: Store, facts: ExportFacts): Promise<Expected> {
  const { period, from_ms, to_ms, payer } = facts;
  const found = await readJournal(store.run, { from_ms, to_ms, payer, part: 0, parts: 1 });
  const bad = found.find(({ unbalanced }) => unbalanced !== "0");
  if (bad !== undefined)
    throw new AppError(
      "export-does-not-reconcile",
      `journal of ${period}: ${bad.unbalanced} postings in ${bad.currency} do not sum to zero`,
    );
  const keyOf = (row: { currency: string; ledger_account: string }): string => `${row.currency} ${row.ledger_account}`;
  return {
    sums: new Map(found.map((row) => [keyOf(row), dec(row.amount)])),
    rows: new Map(found.map((row) => [keyOf(row), row.entries])),
    names: new Map(),
    totals: [...new Set(found.map(({ currency }) => currency))].map((currency) => ({ currency, amount: "0" })),
  };
}

/**
 * Holds the journal to the documents that were issued in its month: what each says is owed, no longer unbilled, its taxes and the credits
 * that went to it are in the file, and nothing else of those kinds. @throws AppError export-does-not-reconcile
 */
export async function requireDocuments(store: Store, facts: ExportFacts, files: readonly WrittenFile[]): Promise<void> {
  const { period, from_ms, to_ms, payer } = facts;
  const found: Sums = { sums: new Map(), rows: new Map() };
  const asked = {
    by: ["kind", "statement_id", "ledger_account"],
    of: "amount",
    type: "Decimal(38, 9)",
    only: { column: "kind", among: ["statement", "credit-note", "draw"] },
  };
  for (const file of files) addSums(found, await sumFile(store.files(store.run), { ...file, ...asked }));
  // the other side of a draw is of the credit, not of the document
  const booked = new Map([...found.sums].filter(([key]) => !key.startsWith("draw ") || key.endsWith(" receivable")));
  const rows = await readDocuments(store.run, { from_ms, to_ms, payer });
  const keyOf = (row: (typeof rows)[number]): string => `${row.kind} ${row.statement_id} ${row.ledger_account}`;
  const wrong = difference(booked, new Map(rows.map((row) => [keyOf(row), dec(row.amount)])));
  if (wrong === null) return;
  const whose = rows.find((row) => keyOf(row) === wrong.key);
  const named = whose === undefined ? "" : ` (payer ${whose.payer_account_id} in ${whose.currency})`;
  throw new AppError(
    "export-does-not-reconcile",
    `journal of ${period}, ${wrong.key}${named}: the entries add up to ${wrong.is}, the documents to ${wrong.should}, a difference of ${wrong.by}`,
  );
}
