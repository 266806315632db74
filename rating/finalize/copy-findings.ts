import Type from "typebox";
import { defineQuery } from "../../core/sql.ts";
import { findingsOf, type StatementFinding } from "./readiness.ts";
import type { IssueDeps } from "./issue.ts";
import type { DocumentRow } from "./statement-sql.ts";

const Text = Type.String();
const selectFindings = defineQuery(
  "rating/finalize/copy_findings",
  Type.Object({ period: Text, source_id: Text, tax_rates: Text, default_issuer: Text }),
  Type.Object({ statement_id: Text, checks: Type.Array(Text), counts: Type.Array(Text) }),
);

/** What speaks against issuing a void statement's lines again, as things stand now. */
export async function copyFindings(
  { store }: IssueDeps,
  of: { row: DocumentRow; period: string; tax_rates: string; default_issuer: string },
): Promise<StatementFinding[]> {
  const { row, period, tax_rates, default_issuer } = of;
  const found = await selectFindings(store.run, { period, source_id: row.id, tax_rates, default_issuer });
  return findingsOf(found, period);
}
