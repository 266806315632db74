import Type from "typebox";
import { Dec, dec, formatDecimal } from "../../core/decimal.ts";
import { AppError } from "../../core/errors.ts";
import { sumFile } from "../../core/file-export.ts";
import type { Tell } from "../../core/progress.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { ExportKind } from "./export.ts";
import { addSums, difference, type Expected, type Reconciled, type Sums, type WrittenFile } from "./export-sums.ts";
import { expectedOfJournal, requireDocuments } from "./journal-sums.ts";
import type { ExportFacts } from "./kinds.ts";

const Text = Type.String();
const Parted = { part: Type.Integer(), parts: Type.Integer() };
const readTotals = defineQuery(
  "rating/exports/totals",
  Type.Object({ export_id: Text, ...Parted }),
  Type.Object({ statement_id: Text, payer_account_id: Text, currency: Text, net: Text, payable: Text }),
);
const readUsage = defineQuery(
  "rating/exports/usage_totals",
  Type.Object({
    ...Parted,
    export_id: Text,
    period: Text,
    payer: Text,
    as_of: Text,
    from_ms: Type.Number(),
    to_ms: Type.Number(),
  }),
  Type.Object({ usage_type: Text, quantity: Text }),
);

/** How the sums of each kind are read back: by which columns, of which column. */
const sums = {
  usage: { by: ["usage_type"], of: "quantity", type: "Decimal(38, 0)" },
  billing: { by: ["statement_id"], of: "amount", type: "Decimal(38, 9)" },
  focus: { by: ["x_StatementId"], of: "BilledCost", type: "Decimal(38, 12)" },
  journal: { by: ["currency", "ledger_account"], of: "amount", type: "Decimal(38, 9)" },
} as const;

/**
 * Reads what was written back and holds it to the statements (usage: to what is published; journal: to the ledger, and to the documents of
 * its month), to the last digit and row. @throws AppError export-does-not-reconcile with the first difference
 */
export async function reconcile(
  { store, tell }: { store: Store; tell: Tell },
  { kind, facts, files }: { kind: ExportKind; facts: ExportFacts; files: readonly WrittenFile[] },
): Promise<Reconciled> {
  const found: Sums = { sums: new Map(), rows: new Map() };
  const rows: string[] = [];
  tell(() => ({ what: "reading it back", done: rows.length, total: files.length, unit: "files" }));
  for (const file of files)
    rows.push(addSums(found, await sumFile(store.files(store.run), { ...file, ...sums[kind] })).toString());
  const expected = await expectedOf(store, kind, facts);
  const nameOf = (key: string): string => expected.names.get(key) ?? `${sums[kind].by.join(" ")} ${key}`;
  const refuse = (told: string): never => {
    throw new AppError("export-does-not-reconcile", `${kind} of ${facts.period}, ${told}`);
  };
  const wrong = difference(found.sums, expected.sums);
  if (wrong !== null) {
    const { key, is, should, by } = wrong;
    refuse(`${nameOf(key)}: the rows add up to ${is}, expected ${should}, a difference of ${by}`);
  }
  for (const key of expected.rows === undefined ? [] : new Set([...found.rows.keys(), ...expected.rows.keys()])) {
    const [is, should] = [`${found.rows.get(key) ?? 0n}`, expected.rows?.get(key) ?? "0"];
    if (is !== should) refuse(`${nameOf(key)}: there are ${is} rows, expected ${should}`);
  }
  if (kind === "journal") await requireDocuments(store, facts, files);
  return { rows, totals: expected.totals };
}

async function expectedOf(store: Store, kind: ExportKind, facts: ExportFacts): Promise<Expected> {
  const { export_id, period, payer, as_of, from_ms, to_ms } = facts;
  const whole = { part: 0, parts: 1 };
  if (kind === "journal") return expectedOfJournal(store, facts);
  if (kind === "usage") {
    const found = await readUsage(store.run, { ...whole, export_id, period, payer, as_of, from_ms, to_ms });
    return {
      sums: new Map(found.map(({ usage_type, quantity }) => [usage_type, dec(quantity)])),
      names: new Map(),
      totals: [],
    };
  }
  const found = await readTotals(store.run, { ...whole, export_id });
  const amountOf = ({ net, payable }: { net: string; payable: string }): Dec => dec(kind === "focus" ? payable : net);
  const totals = new Map<string, Dec>();
  for (const row of found) totals.set(row.currency, (totals.get(row.currency) ?? new Dec(0)).plus(amountOf(row)));
  return {
    sums: new Map(found.map((row) => [row.statement_id, amountOf(row)])),
    names: new Map(
      found.map(({ statement_id, payer_account_id, currency }) => [
        statement_id,
        `payer ${payer_account_id} in ${currency} (${statement_id})`,
      ]),
    ),
    totals: [...totals]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, sum]) => ({ currency, amount: formatDecimal(sum) })),
  };
}
