import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import Type from "typebox";
import { countFile, defineFileExport, type FileFormat } from "../../core/file-export.ts";
import { formatMs } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import type { ExportedFile } from "../exports/export.ts";
import { fileColumn } from "../exports/export-column.ts";
import type { ExportFacts } from "../exports/kinds.ts";
import { companionColumns, focusColumns, type FocusVersion } from "./columns.ts";
import { type DescribedDataset, focusMetadata } from "./metadata.ts";

const Text = Type.String();
const Parted = { export_id: Text, part: Type.Integer(), parts: Type.Integer() };
const Dated = { ...Parted, period: Text, provider: Text, now_ms: Type.Number() };
const writeInvoices = defineFileExport("rating/focus/invoice_detail", Type.Object(Dated));
const writePeriods = defineFileExport("rating/focus/billing_period", Type.Object(Dated));
const writeCommitments = defineFileExport("rating/focus/contract_commitment", Type.Object(Dated));
const readStanding = defineQuery(
  "rating/focus/standing",
  Type.Object(Parted),
  Type.Object({ drafts: Type.Integer(), documents: Type.Integer(), commitments: Type.Integer() }),
);

const datasets = {
  "invoice-detail": "InvoiceDetail",
  "billing-period": "BillingPeriod",
  "contract-commitment": "ContractCommitment",
} as const;

/** A file as it was written, before it is sealed. */
type Written = Pick<ExportedFile, "name" | "role" | "rows">;

/**
 * Writes what goes with the rows of a FOCUS export: the metadata document, and with 1.4 the datasets of billing periods and,
 * where the month has any, of invoices and contract commitments.
 */
export async function writeCompanions(
  store: Store,
  facts: ExportFacts,
  to: { folder: string; stem: string; format: FileFormat; version: FocusVersion },
): Promise<Written[]> {
  const { export_id, period, provider, now_ms, from_ms, to_ms } = facts;
  const parted = { export_id, part: 0, parts: 1 };
  const { folder, stem, format, version } = to;
  const [standing] = await readStanding(store.run, parted);
  const { drafts = 0, documents = 0, commitments = 0 } = standing ?? {};
  const dated = { ...parted, period, provider, now_ms };
  const described: DescribedDataset[] = [{ dataset: "CostAndUsage", columns: focusColumns(version) }];
  const files: Written[] = [];
  const target = (role: keyof typeof datasets) => {
    const name = `${stem}-${role}.${format}`;
    described.push({ dataset: datasets[role], columns: companionColumns[role] });
    const columns = companionColumns[role].map((column) => fileColumn(column, { format, seconds: true }));
    return { path: join(folder, name), format, columns };
  };
  const writes = [
    ...(documents > 0 ? [{ role: "invoice-detail", write: writeInvoices } as const] : []),
    { role: "billing-period", write: writePeriods },
    ...(commitments > 0 ? [{ role: "contract-commitment", write: writeCommitments } as const] : []),
  ] as const;
  for (const { role, write } of version === "1.4" ? writes : []) {
    const into = target(role);
    await write(store.run, dated, into);
    files.push({ name: basename(into.path), role, rows: await countFile(store.files(store.run), into) });
  }
  const document = focusMetadata({
    provider,
    version,
    datasets: described,
    period,
    span: { start: secondsOf(from_ms), end: secondsOf(to_ms) },
    at: secondsOf(now_ms),
    complete: drafts === 0,
  });
  const name = `${stem}-metadata.json`;
  await writeFile(join(folder, name), `${JSON.stringify(document, null, 1)}\n`);
  return [...files, { name, role: "metadata", rows: "0" }];
}

/** An instant without its milliseconds. */
function secondsOf(ms: number): string {
  return formatMs(String(ms)).replace(/\.\d+Z$/, "Z");
}
