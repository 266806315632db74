import { AppError, type ProblemKey } from "../../core/errors.ts";
import type { InstantMs } from "../../core/instant.ts";
import type { Run } from "../../core/runs.ts";
import { coverNewAccounts, type Override, writeClosings } from "./closings.ts";
import { type BillingPeriod, everyPayer, type PayerPeriods, type PeriodDeps } from "./periods.ts";
import { readReadinessOfAll } from "./ask-checks.ts";
import { blockingFindings, type Finding, type ReadinessCheck } from "./readiness.ts";

/** What closing stands on. `checks`: the whole checklist, those of later stages too. */
export interface CloseDeps extends PeriodDeps {
  readonly checks: readonly ReadinessCheck[];
  /** Aggregates once more. */
  aggregate(request: { until: InstantMs; asked_by: string }): Promise<Run>;
}

/** `payer_account_id` left out = all payers whose period is due. */
export interface CloseRequest {
  readonly period: string;
  readonly payer_account_id?: string;
  readonly reason?: string;
  readonly overrides?: readonly Override[];
  readonly by: string;
}

/** What became of a closing: the periods as they stand now, and those that something still speaks against. */
export interface CloseOutcome {
  /** The run that closed them; null where nothing was left to close. */
  readonly run: Run | null;
  readonly closed: readonly BillingPeriod[];
  readonly refused: readonly { readonly payer_account_id: string; readonly findings: readonly Finding[] }[];
}

/**
 * Closes a period: asks the checklist, aggregates once more so that all that has arrived counts, asks again about exactly what
 * would be closed, and closes in one step (P7). From then on the period's records stay as they are (P8): what comes later is
 * an adjustment in the next one. What is closed already stays closed by the run that closed it. A crash at any point leaves it open.
 * @throws AppError for one payer: not-found, period-not-ended, period-out-of-order, period-not-ready; run-in-progress
 */
export async function closePeriod(deps: CloseDeps, request: CloseRequest): Promise<CloseOutcome> {
  refuseUnknown(deps.checks, request.overrides ?? []);
  const asked = await candidates(deps, request);
  const before = await judge(deps, asked, request, { before_run: true });
  const to_show = asked.map(({ payer }) => payer.payer_account_id);
  if (before.ready.length === 0)
    return { run: null, closed: await closedOf(deps, request, to_show), refused: before.refused };

  const asked_by = request.by;
  await deps.aggregate({ until: deps.clock.now(), asked_by });
  return deps.runs.hold({ kind: "close", period: request.period, asked_by }, async (run) => {
    const tell = (done: number): Promise<void> =>
      deps.runs.beat(run, { what: `closing ${request.period}`, done, total: 3, unit: "steps" });
    await tell(0);
    const default_zone = async (): Promise<string> =>
      (await deps.settings.all())["usage.aggregation.timezone"] ?? "UTC";
    await coverNewAccounts(deps, { default_zone });
    const bound = (await deps.runs.latestPublished("aggregate"))?.bound ?? {};
    await tell(1);
    const { ready, refused } = await judge(deps, await candidates(deps, request), request, { before_run: false });
    await tell(2);
    await close(deps, request, { run, bound, ready });
    const counts = { payers: `${ready.length}`, refused: `${refused.length}` };
    const done = await deps.runs.step(run, { state: ready.length === 0 ? "unchanged" : "published", bound, counts });
    return { run: done, closed: await closedOf(deps, request, to_show), refused };
  });
}

/** An override of what does not exist, or cannot be overridden, is a mistake that must not pass in silence. */
function refuseUnknown(checks: readonly ReadinessCheck[], overrides: readonly Override[]): void {
  const names = checks.filter(({ overridable }) => overridable).map(({ name }) => name);
  const stranger = overrides.find(({ finding }) => !names.includes(finding));
  if (stranger === undefined) return;
  const expected = `one of ${names.join(", ")}`;
  throw new AppError(
    "invalid-request",
    `overrides names the finding ${JSON.stringify(stranger.finding)}, expected ${expected}`,
    {
      field: "overrides",
    },
  );
}

/** Payers asked for, each with its periods: the one named, or all whose period is due or closed. @throws AppError not-found */
async function candidates(deps: CloseDeps, { period, payer_account_id }: CloseRequest): Promise<PayerPeriods[]> {
  const found: PayerPeriods[] = [];
  for await (const one of everyPayer(deps, { payer_account_id })) {
    if (payer_account_id !== undefined || ["due", "closed"].includes(stateOf(one, period) ?? "")) found.push(one);
  }
  if (payer_account_id !== undefined && found.length === 0)
    throw new AppError("not-found", `"${payer_account_id}" pays for no account`, { field: "account_id" });
  return found;
}

function stateOf({ periods }: PayerPeriods, period: string): BillingPeriod["state"] | undefined {
  // A later closing closes all before it, also what had nothing in it.
  if (periods.some((one) => one.state === "closed" && one.period >= period)) return "closed";
  return periods.find((one) => one.period === period)?.state;
}

interface Ready extends PayerPeriods {
  /** Overrides of what was in fact found; the others did nothing. */
  readonly overrides: Override[];
}

/**
 * Who may close, of those who have not; `before_run`: what the closing's own aggregation cures is let pass.
 * @throws AppError where one payer was named and may not
 */
async function judge(
  deps: CloseDeps,
  asked: readonly PayerPeriods[],
  request: CloseRequest,
  { before_run }: { before_run: boolean },
): Promise<{ ready: Ready[]; refused: CloseOutcome["refused"][number][] }> {
  const { period, overrides = [] } = request;
  const ready: Ready[] = [];
  const refused: CloseOutcome["refused"][number][] = [];
  const cured = new Set(
    before_run ? deps.checks.filter(({ cured_by_run }) => cured_by_run).map(({ name }) => name) : [],
  );
  const open = asked.filter((candidate) => stateOf(candidate, period) !== "closed");
  const answers = await readReadinessOfAll(deps, open, period);
  for (const [index, one] of open.entries()) {
    const findings = answers[index] ?? [];
    const blocking = blockingFindings(findings, overrides).filter(({ check }) => !cured.has(check));
    const found = new Set(findings.map(({ check }) => check));
    if (blocking.length === 0) ready.push({ ...one, overrides: overrides.filter(({ finding }) => found.has(finding)) });
    else if (request.payer_account_id !== undefined) throw refusal(request, blocking);
    else refused.push({ payer_account_id: one.payer.payer_account_id, findings: blocking });
  }
  return { ready, refused };
}

const keys: Readonly<Record<string, ProblemKey>> = { ended: "period-not-ended", order: "period-out-of-order" };

function refusal({ period, payer_account_id }: CloseRequest, blocking: readonly Finding[]): AppError {
  const key = blocking.map(({ check }) => keys[check]).find((known) => known !== undefined) ?? "period-not-ready";
  const said = blocking.map(({ check, count, detail, ids }) => {
    const named = ids.length === 0 ? "" : `: ${ids.join(", ")}`;
    return `${check} (${count}): ${detail}${named}`;
  });
  return new AppError(key, `period ${period} of ${payer_account_id} stays open; ${said.join("; ")}`, {
    field: "period",
  });
}

async function close(
  deps: CloseDeps,
  { period, reason = "", by }: CloseRequest,
  { run, bound, ready }: { run: Run; bound: Run["bound"]; ready: readonly Ready[] },
): Promise<void> {
  const signed = {
    period,
    run_seq: run.seq,
    run_id: run.id,
    bound,
    closed_ms: deps.clock.now(),
    closed_by: by,
    reason,
  };
  await writeClosings(
    deps,
    ready.map(({ payer: { payer_account_id, accounts, former = false }, overrides }) => ({
      closing: { payer_account_id, ...signed, overrides },
      // a former payer closes for no account: its own one's month is another's to close
      accounts: former ? accounts.map((own) => ({ ...own, account_id: "" })) : accounts,
    })),
  );
}

/** The period as it stands now for those asked for, where it is closed. */
async function closedOf(
  deps: CloseDeps,
  { period, payer_account_id }: CloseRequest,
  payers: readonly string[],
): Promise<BillingPeriod[]> {
  const wanted = new Set(payers);
  const closed: BillingPeriod[] = [];
  for await (const { payer, periods } of everyPayer(deps, { payer_account_id })) {
    if (!wanted.has(payer.payer_account_id)) continue;
    const own = periods.find((one) => one.period === period) ?? periods.find((one) => one.period > period);
    if (own?.state === "closed") closed.push(own);
  }
  return closed;
}
