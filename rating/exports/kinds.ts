import Type from "typebox";
import { defineFileExport, type FileExport } from "../../core/file-export.ts";
import type { UsageType } from "../../core/usage-type.ts";
import { focusColumns, type FocusVersion } from "../focus/columns.ts";
import type { ExportKind } from "./export.ts";
import { columnsOf, type ExportColumn } from "./export-column.ts";
import type { LaidOut } from "./lay-out.ts";

const Text = Type.String();
const Parted = { export_id: Text, period: Text, part: Type.Integer(), parts: Type.Integer() };
const { export_id: _id, ...OfLedger } = Parted;
const Span = { from_ms: Type.Number(), to_ms: Type.Number() };

const writeUsage = defineFileExport(
  "rating/exports/usage",
  Type.Object({ ...Parted, payer: Text, as_of: Text, ...Span, types: Text }),
);
const writeBilling = defineFileExport(
  "rating/exports/billing",
  Type.Object({ ...Parted, rating_seq: Text, types: Text }),
);
const writeJournal = defineFileExport("rating/exports/journal", Type.Object({ ...OfLedger, ...Span, payer: Text }));
const writeFocus = defineFileExport("rating/focus/rows", Type.Object({ ...Parted, rating_seq: Text, provider: Text }));

/** All that the rows of any export follow from: what was laid out for it, of so many parts which one, and what the program alone knows. */
export interface ExportFacts extends LaidOut {
  readonly export_id: string;
  readonly period: string;
  readonly payer: string;
  readonly part: number;
  readonly parts: number;
  /** The registry as JSON. */
  readonly registry: string;
  readonly provider: string;
  readonly now_ms: number;
}

const usageColumns = columnsOf(`
  usage_record_id:code account_id account_name usage_type:integer usage_type_name resource resource_part resource_name project_id zone offering
  template resource_type vm size:integer virtual_size:integer details:json tags:json window_start:time window_end:time quantity:whole unit:code
  display_quantity:decimal9 display_unit duration_ms:integer`);
const billingColumns = columnsOf(`
  row_kind:code period:code statement_id:code statement_number payer_account_id payer_name account_id account_name currency:code line:integer
  line_kind:code scope:code description usage_type:integer usage_type_name resource resource_part usage_record_id:code billing_record_id
  window_start:time window_end:time part_start:time tariff_id tariff_version:integer component tier:integer unit:code unit_price:decimal12
  base_quantity:whole quantity:decimal9 from_base_quantity:whole to_base_quantity:whole amount:decimal9 charge_id rate_card_id
  adjusts_period:code adjusts_line:integer`);
const journalColumns = columnsOf(`
  booked_at:time posting_id entry:integer kind:code ledger_account:code payer_account_id payer_name currency:code period:code debit:decimal9
  credit:decimal9 amount:decimal9 statement_id:code statement_number reference usage_period:code`);

/** The columns of an export, in their order; they are only ever added to. */
export function columnsOfExport(kind: ExportKind, version: FocusVersion): readonly ExportColumn[] {
  if (kind === "focus") return focusColumns(version);
  return { usage: usageColumns, billing: billingColumns, journal: journalColumns }[kind];
}

/** Writes the rows of a kind of export to a file. */
export async function writeRows(
  kind: ExportKind,
  client: Parameters<FileExport<unknown>>[0],
  facts: ExportFacts,
  to: Parameters<FileExport<unknown>>[2],
): Promise<void> {
  const { export_id, period, payer, part, parts, rating_seq, as_of, from_ms, to_ms, registry: types, provider } = facts;
  const parted = { export_id, period, part, parts };
  if (kind === "usage") return writeUsage(client, { ...parted, payer, as_of, from_ms, to_ms, types }, to);
  if (kind === "billing") return writeBilling(client, { ...parted, rating_seq, types }, to);
  if (kind === "journal") return writeJournal(client, { period, part, parts, payer, from_ms, to_ms }, to);
  return writeFocus(client, { ...parted, rating_seq, provider }, to);
}

/** The registry as statements of exports take it. */
export function registryOf(usageTypes: readonly UsageType[]): string {
  return JSON.stringify(
    usageTypes.map(({ usage_type, name, unit, display_unit, display_divisor: divisor }) => {
      return { usage_type, name, unit, display_unit, divisor };
    }),
  );
}
