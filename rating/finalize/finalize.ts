import { isMonth } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import type { Run } from "../../core/runs.ts";
import { refuse } from "../refuse.ts";
import { coins } from "../taxes/coins.ts";
import { layDrafts, writeLines, writeTaxes } from "./finalize-sql.ts";
import { type IssueDeps, issueDocuments, type MadeDocument } from "./issue.ts";
import {
  type FinalizeOverride,
  notReady,
  readReadiness,
  refuseUnknownOverrides,
  standing,
  type StatementFinding,
  type StatementReadiness,
} from "./readiness.ts";

/** `payer_account_id` left out = all payers; `statement_id`: one statement alone. */
export interface FinalizeRequest {
  readonly period: string;
  readonly payer_account_id?: string;
  readonly statement_id?: string;
  readonly overrides?: readonly FinalizeOverride[];
  readonly asked_by: string;
  readonly reason?: string;
}

/** What became of finalizing a period. */
export interface FinalizeOutcome {
  /** The run that made them; null where there was nothing left to make. */
  readonly run: Run | null;
  readonly documents: number;
  /** The first 500 of them. */
  readonly made: readonly MadeDocument[];
  readonly refused: readonly { readonly payer_account_id: string; readonly findings: readonly StatementFinding[] }[];
}

/** Above any number of payers. */
const ALL = 2_000_000_000;

/**
 * Makes the statements of a period final: of all payers that closed it, of one, or one statement. What is final stays as it is, so doing it again
 * changes nothing; what something speaks against stays a draft, unless it is overridden by name with a reason, which is kept with the document.
 * @throws AppError for one payer or statement: not-found, statement-not-ready; invalid-request, run-in-progress, lease-lost
 */
export async function finalizePeriod(deps: IssueDeps, request: FinalizeRequest): Promise<FinalizeOutcome> {
  const { period, payer_account_id, statement_id, overrides = [], asked_by, reason = "" } = request;
  if (!isMonth(period)) refuse("period", period, "a month, such as 2026-10");
  refuseUnknownOverrides(overrides);
  const found = await readReadiness(deps, {
    period,
    ...(payer_account_id === undefined ? {} : { payer_account_id }),
    ...(statement_id === undefined ? {} : { statement_id }),
    limit: ALL,
  });
  requireFound(request, found);
  const open = found.filter(({ state }) => state === "draft");
  const refused = open.flatMap(({ payer_account_id: payer, findings }) => {
    const left = standing(findings, overrides);
    return left.length === 0 ? [] : [{ payer_account_id: payer, findings: left }];
  });
  const [blocked] = refused;
  if (blocked !== undefined && (payer_account_id !== undefined || statement_id !== undefined))
    throw notReady(statement_id ?? `${period} of ${blocked.payer_account_id}`, blocked.findings);
  if (!open.some((of) => hasReady(of, overrides))) return { run: null, documents: 0, made: [], refused };
  const issued = await issueDocuments(deps, { period, asked_by, reason }, async ({ run_seq, basis, guard }) => {
    const { tax_rates, default_issuer } = basis;
    const { run: on } = deps.store;
    await layDrafts(on, {
      period,
      payer_account_id: payer_account_id ?? "",
      statement_id: statement_id ?? "",
      tax_rates,
      default_issuer,
      overridden: overrides.map(({ finding }) => finding),
      override_reasons: overrides.map((one) => one.reason),
    });
    guard();
    await writeLines(on, { run_seq, period, tax_rates });
    guard();
    await writeTaxes(on, { run_seq, period, tax_rates, ...coins });
  });
  const run = issued.documents === 0 ? null : issued.run;
  return { run, documents: issued.documents, made: issued.made, refused };
}

/** Whether nothing that stands speaks against one of a payer's drafts at least: of several some may be ready. */
function hasReady({ findings, drafts }: StatementReadiness, overrides: readonly FinalizeOverride[]): boolean {
  const held = new Set(standing(findings, overrides).flatMap(({ ids }) => ids));
  return drafts.some((id) => !held.has(id));
}

function requireFound({ period, payer_account_id, statement_id }: FinalizeRequest, found: readonly unknown[]): void {
  if (found.length > 0 || (payer_account_id === undefined && statement_id === undefined)) return;
  if (statement_id !== undefined)
    throw new AppError("not-found", `there is no statement "${statement_id}"`, { field: "id" });
  throw new AppError("not-found", `payer "${payer_account_id}" has no statement of ${period}, and has not closed it`, {
    field: "account_id",
  });
}
