import Type, { type Static } from "typebox";
import { AppError } from "../../core/errors.ts";
import { formatMs, type InstantMs } from "../../core/instant.ts";
import { defineCommand, defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { farthest } from "../context.ts";

export const FindingState = Type.Union([Type.Literal("open"), Type.Literal("resolved"), Type.Literal("accepted")]);
export const Severity = Type.Union([Type.Literal("error"), Type.Literal("warning"), Type.Literal("info")]);

/** Something a sanity check found: what may be wrong with a bill, before the customer sees it. */
export const SanityFinding = Type.Object(
  {
    id: Type.String(),
    check: Type.String(),
    severity: Severity,
    account_id: Type.String({ description: "Empty where it concerns no account by itself" }),
    usage_type: Type.Integer({ description: "0 where it concerns none by itself" }),
    resource: Type.String(),
    part: Type.String(),
    what: Type.String({ description: "Which of several things the check can find of a resource" }),
    at: Type.String({ description: "When in the data" }),
    detail: Type.Record(Type.String(), Type.String(), { description: "Ids and figures" }),
    first_seen_at: Type.String(),
    last_seen_at: Type.String(),
    state: FindingState,
    decided_by: Type.Union([Type.String(), Type.Null()]),
    reason: Type.Union([Type.String(), Type.Null()]),
  },
  { $id: "SanityFinding", additionalProperties: false },
);
export type SanityFinding = Static<typeof SanityFinding>;

/** Which findings; what is left out or '' is any. `from` and `to` are of the data, half-open. */
export interface FindingFilter {
  readonly check?: string | undefined;
  readonly state?: string | undefined;
  readonly severity?: string | undefined;
  readonly account_id?: string | undefined;
  readonly resource?: string | undefined;
  readonly from?: InstantMs | undefined;
  readonly to?: InstantMs | undefined;
}

/** After which finding a page begins: they are in the order of severity, check and id. */
export const FindingPlace = Type.Object({ rank: Type.Integer(), check: Type.String(), id: Type.String() });
export type FindingPlace = Static<typeof FindingPlace>;

const Text = Type.String();
const Int64 = Type.Number();
const Row = Type.Object({
  finding_id: Text,
  check: Text,
  severity: Severity,
  account_id: Text,
  usage_type: Type.Integer(),
  resource: Text,
  part: Text,
  what: Text,
  detail: Text,
  state: FindingState,
  decided_by: Text,
  reason: Text,
  version: Text,
  at_ms: Text,
  first_seen_ms: Text,
  last_seen_ms: Text,
  severity_rank: Type.Integer(),
});
const selectFindings = defineQuery(
  "aggregate/sanity/findings",
  Type.Object({
    finding_id: Text,
    check: Text,
    state: Text,
    severity: Text,
    account_id: Text,
    resource: Text,
    from_ms: Int64,
    to_ms: Int64,
    after_rank: Type.Integer(),
    after_check: Text,
    after_id: Text,
    limit: Type.Integer(),
  }),
  Row,
);
const selectOpen = defineQuery(
  "aggregate/sanity/open_findings",
  Type.Object({ account_ids: Type.Array(Text), from_ms: Int64, to_ms: Int64 }),
  Type.Object({ check: Text, severity: Severity, findings: Text, ids: Type.Array(Text) }),
);
const decideFinding = defineCommand(
  "aggregate/sanity/decide_finding",
  Type.Object({ finding_id: Text, version: Text, decided_by: Text, reason: Text }),
);

const anyFinding = {
  finding_id: "",
  check: "",
  state: "",
  severity: "",
  account_id: "",
  resource: "",
  from_ms: 0,
  to_ms: farthest,
  after_rank: 0,
  after_check: "",
  after_id: "",
  limit: 1,
};

/** Findings as they stand, errors first, after a place (null = from the start). */
export async function listFindings(
  { store }: { store: Store },
  filter: FindingFilter,
  { after, limit }: { after: FindingPlace | null; limit: number },
): Promise<SanityFinding[]> {
  const { check = "", state = "", severity = "", account_id = "", resource = "", from, to } = filter;
  const rows = await selectFindings(store.read, {
    ...anyFinding,
    check,
    state,
    severity,
    account_id,
    resource,
    limit,
    from_ms: from ?? 0,
    to_ms: to ?? farthest,
    after_rank: after?.rank ?? 0,
    after_check: after?.check ?? "",
    after_id: after?.id.replace(/^fi_/, "") ?? "",
  });
  return rows.map(toFinding);
}

/** Where a page that ends with this finding ends. */
export function placeOfFinding({ severity, check, id }: SanityFinding): FindingPlace {
  return { rank: ["", "error", "warning", "info"].indexOf(severity), check, id };
}

/**
 * Notes that somebody has looked at a finding and lets it be: it no longer speaks against closing, also when it is found again.
 * @throws AppError not-found, conflict where it is resolved
 */
export async function acceptFinding(
  { store }: { store: Store },
  id: string,
  { by, reason }: { by: string; reason: string },
): Promise<SanityFinding> {
  const finding_id = id.replace(/^fi_/, "");
  const find = async (): Promise<Static<typeof Row> | undefined> =>
    finding_id === "" ? undefined : (await selectFindings(store.read, { ...anyFinding, finding_id }))[0];
  const known = await find();
  if (known === undefined) throw new AppError("not-found", `there is no finding "${id}"`, { field: "id" });
  if (known.state === "resolved")
    throw new AppError("conflict", `finding ${id} is resolved: no check finds it any more`, { field: "id" });
  if (known.state === "accepted" && known.decided_by === by && known.reason === reason) return toFinding(known);
  await decideFinding(store.write, { finding_id, version: known.version, decided_by: by, reason });
  return toFinding((await find()) ?? known);
}

/** Open findings of a check: how many, and some of their ids. */
export interface OpenFindings {
  readonly check: string;
  readonly severity: Static<typeof Severity>;
  readonly count: number;
  readonly ids: readonly string[];
}

/**
 * What is open about some accounts (none named = all) in a span of the data, half-open, by check: it speaks against closing. What
 * concerns no account by itself, such as a silent source, concerns all.
 */
export async function openFindings(
  { store }: { store: Store },
  { account_ids, from, to }: { account_ids: readonly string[]; from: InstantMs; to: InstantMs },
): Promise<OpenFindings[]> {
  const rows = await selectOpen(store.read, { account_ids: [...account_ids], from_ms: from, to_ms: to });
  return rows.map(({ check, severity, findings, ids }) => ({ check, severity, count: Number(findings), ids }));
}

function toFinding({ severity_rank: _rank, version: _version, ...row }: Static<typeof Row>): SanityFinding {
  const { finding_id, at_ms, first_seen_ms, last_seen_ms, detail, decided_by, reason, ...rest } = row;
  return {
    id: `fi_${finding_id}`,
    ...rest,
    at: formatMs(at_ms),
    detail: JSON.parse(detail) as Record<string, string>,
    first_seen_at: formatMs(first_seen_ms),
    last_seen_at: formatMs(last_seen_ms),
    decided_by: decided_by === "" ? null : decided_by,
    reason: reason === "" ? null : reason,
  };
}
