import { AppError } from "../../core/errors.ts";
import { refuse } from "../refuse.ts";
import { selectReadiness, selectVoid } from "./finalize-sql.ts";
import { type IssueDeps, readBasis } from "./issue.ts";

/** Something that speaks against making a payer's statements of a period final; by the name of its check it is overridden. */
export interface StatementFinding {
  readonly check: string;
  readonly blocking: boolean;
  readonly overridable: boolean;
  readonly count: number;
  readonly detail: string;
  /** The statements it is about. */
  readonly ids: readonly string[];
}

/** A finding that does not hold up, and why. */
export interface FinalizeOverride {
  readonly finding: string;
  readonly reason: string;
}

/** A payer's statements of a period before they are final, or after. */
export interface StatementReadiness {
  readonly payer_account_id: string;
  readonly period: string;
  /** `final`: all there are; there is nothing left to do. */
  readonly state: "draft" | "final";
  readonly ready: boolean;
  readonly statements: readonly string[];
  /** Those of them that are not final yet. */
  readonly drafts: readonly string[];
  readonly findings: readonly StatementFinding[];
  /** Void ones that are neither issued again nor written off: what they billed is unbilled until one of the two is done. */
  readonly void_unbilled: readonly string[];
}

const checks: readonly { name: string; overridable: boolean; detail: (period: string) => string }[] = [
  {
    name: "not-closed",
    overridable: false,
    detail: (period) => `the payer has not closed ${period}: tally close --period ${period}`,
  },
  {
    name: "not-rated",
    overridable: false,
    detail: (period) => `${period} was not rated since it was closed: tally rate --period ${period}`,
  },
  { name: "unrated", overridable: true, detail: () => "lines of use that no tariff prices" },
  {
    name: "no-issuer",
    overridable: true,
    detail: () =>
      "nobody is said to sell: put an issuer, and name it in the payer's billing profile where there are several",
  },
  { name: "no-profile", overridable: true, detail: () => "the payer's billing profile has no legal name" },
  {
    name: "no-tax-rate",
    overridable: true,
    detail: () => "lines that no tax rate holds for, of a payer whose rule is standard",
  },
];

/** @throws AppError invalid-request for an override of what is not there, or cannot be overridden */
export function refuseUnknownOverrides(overrides: readonly FinalizeOverride[]): void {
  const names = checks.filter(({ overridable }) => overridable).map(({ name }) => name);
  const stranger = overrides.find(({ finding }) => !names.includes(finding));
  if (stranger !== undefined) refuse("overrides", stranger.finding, `one of ${names.join(", ")}`);
  const bare = overrides.find(({ reason }) => reason.trim() === "");
  if (bare !== undefined) refuse("overrides", bare.finding, "a reason with it");
}

/** Payers with statements in a period, or who closed it and have none rated yet, by id; each with what speaks against making them final. */
export async function readReadiness(
  deps: IssueDeps,
  asked: { period: string; payer_account_id?: string; statement_id?: string; after?: string; limit: number },
): Promise<StatementReadiness[]> {
  const { period, payer_account_id = "", statement_id = "", after = "", limit } = asked;
  const { tax_rates, default_issuer } = await readBasis(deps);
  const place = { payer_account_id, statement_id, after, limit };
  const rows = await selectReadiness(deps.store.read, { period, ...place, tax_rates, default_issuer });
  const unbilled = await selectVoid(deps.store.read, { period, payer_account_id });
  const byPayer = new Map<string, typeof rows>();
  for (const row of rows) byPayer.set(row.payer_account_id, [...(byPayer.get(row.payer_account_id) ?? []), row]);
  return [...byPayer].map(([payer, own]) => {
    const open = own.filter(({ is_final }) => is_final === 0);
    const findings = findingsOf(open, period);
    return {
      payer_account_id: payer,
      period,
      state: open.length === 0 ? "final" : "draft",
      ready: open.length > 0 && findings.length === 0,
      statements: own.map((row) => row.statement_id).filter((id) => id !== ""),
      drafts: open.map((row) => row.statement_id).filter((id) => id !== ""),
      findings,
      void_unbilled: unbilled.flatMap((one) => (one.payer_account_id === payer ? [one.statement_id] : [])),
    };
  });
}

type Row = Awaited<ReturnType<typeof selectReadiness>>[number];

/** Findings of statements, of each check one. */
export function findingsOf(
  rows: readonly Pick<Row, "statement_id" | "checks" | "counts">[],
  period: string,
): StatementFinding[] {
  return checks.flatMap(({ name, overridable, detail }) => {
    const found = rows.flatMap(({ statement_id, checks: names, counts }) => {
      const place = names.indexOf(name);
      return place === -1 ? [] : [{ statement_id, count: Number(counts[place]) }];
    });
    if (found.length === 0) return [];
    const count = found.reduce((sum, one) => sum + one.count, 0);
    const ids = found.map(({ statement_id }) => statement_id).filter((id) => id !== "");
    return [{ check: name, blocking: true, overridable, count, detail: detail(period), ids }];
  });
}

/** Findings that overrides leave standing. */
export function standing(
  findings: readonly StatementFinding[],
  overrides: readonly FinalizeOverride[],
): StatementFinding[] {
  const named = new Set(overrides.map(({ finding }) => finding));
  return findings.filter(({ check, overridable }) => !(overridable && named.has(check)));
}

/** The refusal of one payer's or one statement's finalizing. */
export function notReady(what: string, findings: readonly StatementFinding[]): AppError {
  const said = findings.map(({ check, count, detail }) => `${check} (${count}): ${detail}`).join("; ");
  return new AppError("statement-not-ready", `${what} stays a draft; ${said}`, { field: "period" });
}
