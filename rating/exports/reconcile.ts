import Type from "typebox";
import { Dec, dec, formatDecimal } from "../../core/decimal.ts";
import { AppError } from "../../core/errors.ts";
import { sumFile, type FileFormat } from "../../core/file-export.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { ExportKind } from "./export.ts";
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
const readJournal = defineQuery(
  "rating/exports/journal_totals",
  Type.Object({ ...Parted, period: Text, payer: Text }),
  Type.Object({ currency: Text, entries: Text, unbalanced: Text }),
);

/** A written file, and what it holds. */
export interface WrittenFile {
  readonly path: string;
  readonly format: FileFormat;
}

/** What an export comes to: rows of each file, and sums by currency. */
export interface Reconciled {
  readonly rows: readonly string[];
  readonly totals: readonly { readonly currency: string; readonly amount: string }[];
}

/** How the sums of each kind are read back: by which column, of which column. */
const sums = {
  usage: { by: "usage_type", of: "quantity", type: "Decimal(38, 0)" },
  billing: { by: "statement_id", of: "amount", type: "Decimal(38, 9)" },
  focus: { by: "x_StatementId", of: "BilledCost", type: "Decimal(38, 12)" },
  journal: { by: "currency", of: "amount", type: "Decimal(38, 9)" },
} as const;

/**
 * Reads what was written back and holds it to the statements (usage: to what is published; journal: to a balance of zero), to the last digit.
 * @throws AppError export-does-not-reconcile with the first difference
 */
export async function reconcile(
  store: Store,
  { kind, facts, files }: { kind: ExportKind; facts: ExportFacts; files: readonly WrittenFile[] },
): Promise<Reconciled> {
  const found = new Map<string, Dec>();
  const rows: string[] = [];
  const { by, of, type } = sums[kind];
  for (const { path, format } of files) {
    const read = await sumFile(store.files(store.run), { path, format, by, of, type });
    for (const { key, sum } of read) found.set(key, (found.get(key) ?? new Dec(0)).plus(dec(sum)));
    rows.push(read.reduce((all, row) => all + BigInt(row.rows), 0n).toString());
  }
  const expected = await expectedOf(store, kind, facts);
  for (const key of new Set([...found.keys(), ...expected.sums.keys()])) {
    const [is, should] = [found.get(key) ?? new Dec(0), expected.sums.get(key) ?? new Dec(0)];
    if (is.equals(should)) continue;
    const whose = expected.names.get(key) ?? `${by} ${key}`;
    const difference = formatDecimal(is.minus(should));
    throw new AppError(
      "export-does-not-reconcile",
      `${kind} of ${facts.period}, ${whose}: the rows add up to ${formatDecimal(is)}, expected ${formatDecimal(should)}, a difference of ${difference}`,
    );
  }
  return { rows, totals: expected.totals };
}

interface Expected {
  readonly sums: ReadonlyMap<string, Dec>;
  readonly names: ReadonlyMap<string, string>;
  readonly totals: Reconciled["totals"];
}

async function expectedOf(store: Store, kind: ExportKind, facts: ExportFacts): Promise<Expected> {
  const { export_id, period, payer, as_of, from_ms, to_ms } = facts;
  const whole = { part: 0, parts: 1 };
  if (kind === "usage") {
    const found = await readUsage(store.run, { ...whole, export_id, period, payer, as_of, from_ms, to_ms });
    return {
      sums: new Map(found.map(({ usage_type, quantity }) => [usage_type, dec(quantity)])),
      names: new Map(),
      totals: [],
    };
  }
  if (kind === "journal") {
    const found = await readJournal(store.run, { ...whole, period, payer });
    const bad = found.find(({ unbalanced }) => unbalanced !== "0");
    if (bad !== undefined)
      throw new AppError(
        "export-does-not-reconcile",
        `journal of ${period}: ${bad.unbalanced} postings in ${bad.currency} do not sum to zero`,
      );
    const totals = found.map(({ currency }) => ({ currency, amount: "0" }));
    return { sums: new Map(), names: new Map(), totals };
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
