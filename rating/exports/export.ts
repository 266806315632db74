import Type, { type Static } from "typebox";
import { MONTH_PATTERN } from "../../core/calendar.ts";
import { ToldProgress } from "../../core/progress.ts";

/** What can be exported: records of use, bills, rows as FOCUS has them, entries of the ledger. */
export const ExportKind = Type.Union([
  Type.Literal("usage"),
  Type.Literal("billing"),
  Type.Literal("focus"),
  Type.Literal("journal"),
]);
export type ExportKind = Static<typeof ExportKind>;

/** CSV (RFC 4180), Parquet, or a JSON object a line. */
const ExportFormat = Type.Union([Type.Literal("csv"), Type.Literal("parquet"), Type.Literal("ndjson")]);

const ExportOptions = Type.Object(
  {
    focus_version: Type.Optional(
      Type.Union([Type.Literal("1.2"), Type.Literal("1.3"), Type.Literal("1.4")], {
        description: "focus; 1.4 where left out",
      }),
    ),
    account_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: "usage: of one account alone; else of one payer, all that is on his statements",
      }),
    ),
    parts: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 64,
        description: "in how many files; a payer (usage: an account) is whole in one of them",
      }),
    ),
  },
  { additionalProperties: false },
);

/** What to export. `period`: a month such as 2026-10, as each account lived it. */
export const ExportInput = Type.Object(
  {
    kind: ExportKind,
    period: Type.String({ pattern: MONTH_PATTERN, description: "such as 2026-10" }),
    format: ExportFormat,
    options: Type.Optional(ExportOptions),
  },
  { additionalProperties: false },
);
export type ExportInput = Static<typeof ExportInput>;

/** A file of an export: its name, what it is, and what it comes to. */
export const ExportedFile = Type.Object(
  {
    name: Type.String(),
    role: Type.Union(
      [
        Type.Literal("data"),
        Type.Literal("metadata"),
        Type.Literal("invoice-detail"),
        Type.Literal("billing-period"),
        Type.Literal("contract-commitment"),
      ],
      { description: "data: what was asked for; all else goes with a FOCUS export" },
    ),
    rows: Type.String(),
    bytes: Type.String(),
    sha256: Type.String(),
  },
  { additionalProperties: false },
);
export type ExportedFile = Static<typeof ExportedFile>;

const Text = Type.Union([Type.String(), Type.Null()]);

/** An export as it stands: on its way, complete with its files, failed with why, or with its files removed. Rows, bytes and totals are of its data files. */
export const Export = Type.Object(
  {
    id: Type.String(),
    kind: ExportKind,
    period: Type.String(),
    format: ExportFormat,
    options: ExportOptions,
    state: Type.Union(
      [Type.Literal("running"), Type.Literal("complete"), Type.Literal("failed"), Type.Literal("removed")],
      { description: "removed: it was complete or failed, and its files are gone" },
    ),
    progress: Type.Union([ToldProgress, Type.Null()], {
      description: "How far what it does now has come; null where nothing was told, and once it has ended",
    }),
    rows: Text,
    bytes: Text,
    sha256: { ...Text, description: "of the data file; null where there are several, each with its own" },
    totals: Type.Array(
      Type.Object({ currency: Type.String(), amount: Type.String() }, { additionalProperties: false }),
      { description: "what the rows add up to, which is what the statements say: net in billing, payable in focus" },
    ),
    files: Type.Array(ExportedFile),
    error: { ...Text, description: "why it failed" },
    asked_at: Type.String(),
    asked_by: Type.String(),
    ended_at: Text,
    removed_at: Text,
    removed_by: { ...Text, description: "exports.keep.days where it was old enough" },
  },
  { additionalProperties: false },
);
export type Export = Static<typeof Export>;
