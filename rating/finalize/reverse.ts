import { hexOf } from "../../core/content-id.ts";
import { AppError } from "../../core/errors.ts";
import { readStatementId } from "../statements.ts";
import { coins } from "../taxes/coins.ts";
import { copyLines, layCopy, reverseTaxes, writeTaxes } from "./finalize-sql.ts";
import { type IssueDeps, issueDocuments } from "./issue.ts";
import {
  type FinalizeOverride,
  notReady,
  refuseUnknownOverrides,
  standing,
  type StatementFinding,
} from "./readiness.ts";
import { type DocumentRow, selectDocuments } from "./statement-sql.ts";
import { copyFindings } from "./copy-findings.ts";

/** Which document, by whom and why. */
export interface ReverseRequest {
  readonly id: string;
  readonly asked_by: string;
  readonly reason: string;
}

/** The id of the document that came of it; `is_new`: it was made now, by `run_id`. */
export interface Reversed {
  readonly id: string;
  readonly is_new: boolean;
  readonly run_id: string | null;
}

/**
 * Takes a final statement back: a credit note with all its lines and taxes negated, numbered in its issuer's series, whose publishing makes the
 * statement void. Of one that is void already the credit note there is. @throws AppError not-found, conflict, run-in-progress, lease-lost
 */
export async function voidStatement(deps: IssueDeps, request: ReverseRequest): Promise<Reversed> {
  const { id, asked_by, reason } = request;
  const { row, period } = await findDocument(deps, id);
  if (row.kind === "credit_note")
    throw new AppError("conflict", `${id} is a credit note, and stands; reissue ${row.reverses} instead`, {
      field: "id",
    });
  if (row.void_by !== "") return { id: row.void_by, is_new: false, run_id: null };
  const statement_id = copyId("cn", row);
  const { run } = await issueDocuments(deps, { period, asked_by, reason }, async ({ run_seq, basis, guard }) => {
    await requireUntouched(deps, row);
    const on = deps.store.run;
    const { tax_rates, default_issuer } = basis;
    await layCopy(on, { period, source_id: id, statement_id, kind: "credit_note", default_issuer, overrides: [] });
    await copyLines(on, { run_seq, period, sign: -1, tax_rates });
    guard();
    await reverseTaxes(on, { run_seq });
  });
  return { id: statement_id, is_new: true, run_id: run.id };
}

/**
 * Issues the lines of a void statement again, by the issuer, the profile and the tax rates as they stand now. Of one that was issued again already
 * the statement in its place. @throws AppError not-found, conflict where it is not void, statement-not-ready, invalid-request, run-in-progress
 */
export async function reissueStatement(
  deps: IssueDeps,
  request: ReverseRequest & { readonly overrides?: readonly FinalizeOverride[] },
): Promise<Reversed> {
  const { id, asked_by, reason, overrides = [] } = request;
  refuseUnknownOverrides(overrides);
  const { row, period } = await findDocument(deps, id);
  if (row.void_by === "")
    throw new AppError("conflict", `${id} is not void, so nothing can stand in its place`, { field: "id" });
  if (row.replaced_by !== "") return { id: row.replaced_by, is_new: false, run_id: null };
  if (row.off_by !== "")
    throw new AppError("conflict", `${id} was written off, so nothing of it is left to be billed`, { field: "id" });
  const statement_id = copyId("st", row);
  const { run } = await issueDocuments(deps, { period, asked_by, reason }, async ({ run_seq, basis, guard }) => {
    await requireUntouched(deps, row);
    const on = deps.store.run;
    const { tax_rates, default_issuer } = basis;
    const findings = await copyFindings(deps, { row, period, tax_rates, default_issuer });
    const left = standing(findings, overrides);
    if (left.length > 0) throw notReady(`${id}, which is void, is not issued again`, left);
    await layCopy(on, {
      period,
      source_id: id,
      statement_id,
      kind: "statement",
      default_issuer,
      overrides: textsOf(findings, overrides),
    });
    await copyLines(on, { run_seq, period, sign: 1, tax_rates });
    guard();
    await writeTaxes(on, { run_seq, period, tax_rates, ...coins });
  });
  return { id: statement_id, is_new: true, run_id: run.id };
}

/** A document by its id, and its month. @throws AppError not-found */
export async function findDocument({ store }: IssueDeps, id: string): Promise<{ row: DocumentRow; period: string }> {
  const period = readStatementId(id);
  const [row] = period === null ? [] : await selectDocuments(store.read, { period, ids: [id] });
  if (period === null || row === undefined)
    throw new AppError("not-found", `there is no final statement "${id}"`, { field: "id" });
  return { row, period };
}

/** Nobody reversed, replaced it or wrote it off while the run began. @throws AppError conflict */
export async function requireUntouched({ store }: IssueDeps, row: DocumentRow): Promise<void> {
  const { id, period, void_by, replaced_by, off_by } = row;
  const [now] = await selectDocuments(store.run, { period, ids: [id] });
  if (now?.void_by === void_by && now.replaced_by === replaced_by && now.off_by === off_by) return;
  throw new AppError("conflict", `${id} was reversed, replaced or written off meanwhile; read it again`, {
    field: "id",
  });
}

/** A document's reversal, and what stands in its place, have an id each that follows from its own. */
function copyId(prefix: "cn" | "st", { id, period }: DocumentRow): string {
  return `${prefix}_${period.replace("-", "")}_${hexOf(`${prefix} of ${id}`)}`;
}

function textsOf(findings: readonly StatementFinding[], overrides: readonly FinalizeOverride[]): string[] {
  const reasons = new Map(overrides.map(({ finding, reason }) => [finding, reason]));
  return findings.map(({ check }) => `${check}: ${reasons.get(check) ?? ""}`);
}
