import Type, { type Static } from "typebox";
import { isMonth, monthAnywhere, prevMonth } from "../../core/calendar.ts";
import { AppError } from "../../core/errors.ts";
import { formatInstant, type InstantMs } from "../../core/instant.ts";
import type { Run, RunLedger } from "../../core/runs.ts";
import { defineQuery } from "../../core/sql.ts";
import { accountMonth, alwaysIn, parseTimeline } from "../../core/zone-timeline.ts";
import type { RatingDefaults } from "../plans.ts";
import { ratePeriod, type RateOutcome, type RatingDeps } from "../rate.ts";
import { assumptions, type Forecast } from "./forecast.ts";
import { compareLines } from "./compare-lines.ts";

/** Which forecast; accounts and payers empty = all. `limit`: accounts at most. */
export interface ForecastRequest {
  readonly period: string;
  readonly account_ids?: readonly string[];
  readonly payer_account_ids?: readonly string[];
  readonly limit?: number;
}

/** What a forecast stands on besides rating. */
export interface ForecastDeps extends RatingDeps {
  readonly defaults: RatingDefaults;
  /** A dry run of aggregation up to the month's end, made now; its `to_ms` is that now. */
  project(period: string): Promise<Run>;
  /** Takes the rows of such a run away, behind whoever asks; what fails is left to the next run. */
  letGo(run: Run): void;
  /** Waits for a run that is in the way, within reason. */
  whenFree<T>(begin: () => Promise<T>): Promise<T>;
}

const Line = Type.Object({
  payer_account_id: Type.String(),
  account_id: Type.String(),
  currency: Type.String(),
  kind: Type.String(),
  usage_type: Type.Integer(),
  tariff_id: Type.String(),
  component: Type.String(),
  tier: Type.Integer(),
  charge_id: Type.String(),
  description: Type.String(),
  unit: Type.String(),
  unit_base: Type.String(),
  quantity: Type.String(),
  amount: Type.String(),
});
/** A line of one of the two runs a forecast compares. */
export type RatedLine = Static<typeof Line>;

const selectLines = defineQuery(
  "rating/forecast/forecast_lines",
  Type.Object({ period: Type.String(), run_seq: Type.String() }),
  Line,
);
const selectZones = defineQuery(
  "rating/forecast/forecast_zones",
  Type.Object({ account_ids: Type.Array(Type.String()), default_zone: Type.String() }),
  Type.Object({ account_id: Type.String(), timeline: Type.String() }),
);

const TRIES_MAX = 3;
const LIMIT = 1000;

/** The lines of all bills of a month, up to the instant of a projection and to its end. */
export interface ForecastLines {
  readonly run: Run;
  readonly so_far: readonly RatedLine[];
  readonly forecast: readonly RatedLine[];
}

/**
 * A period's bills as they would be now and as they are expected to be: a dry run of aggregation that goes on to the month's end, and
 * two dry runs of rating over it, by the same statements as real ones. Publishes nothing. Runs go one at a time: where another comes
 * between that takes the projection away, it begins again, three times at most.
 * @throws AppError run-in-progress, lease-lost
 */
export async function forecastLines(deps: ForecastDeps, period: string): Promise<ForecastLines> {
  for (let tries = 1; ; tries += 1) {
    const run = await deps.whenFree(() => deps.project(period));
    const lines = await rateProjection(deps, period, run);
    if (lines !== null) {
      deps.letGo(run);
      return lines;
    }
    if (tries === TRIES_MAX)
      throw new AppError("run-in-progress", "other runs went on one after the other while the forecast was made");
  }
}

/** Rates a projection up to its instant and to its end; null = a later run has taken its rows away. */
async function rateProjection(deps: ForecastDeps, period: string, run: Run): Promise<ForecastLines | null> {
  const { store, ledger, defaults } = deps;
  const run_seq = run.seq.toString();
  // Where the month has not begun yet a window lies across its beginning: sums could not tell what of it is before.
  const by_sums = run.to_ms >= monthAnywhere(prevMonth(period)).end;
  let kept = true;
  const rate = async (before: { before: InstantMs } | null): Promise<RatedLine[]> => {
    let lines: RatedLine[] = [];
    const look = async (rows: { run_seq: string; period: string }): Promise<void> => {
      // Asked under the lease: as long as it is held nobody else clears anything away.
      kept &&= await isKept(ledger, run);
      if (kept) lines = await selectLines(store.run, rows);
    };
    const projection = { run_seq, ...before };
    await deps.whenFree((): Promise<RateOutcome> =>
      ratePeriod(deps, { period, defaults, dry_run: true, by_sums, projection, look }),
    );
    return lines;
  };
  const so_far = await rate({ before: run.to_ms });
  // Of a month that is over all is before now.
  const isOver = run.to_ms >= monthAnywhere(period).end;
  const forecast = isOver || !kept ? so_far : await rate(null);
  return kept ? { run, so_far, forecast } : null;
}

/** Whether a dry run's rows are all there: whatever else than rating begins clears them away, and might publish what they stand on. */
async function isKept(ledger: RunLedger, run: Run): Promise<boolean> {
  const since = (await ledger.list({ before_seq: null, limit: 50 })).filter(({ seq }) => seq > run.seq);
  return since.length < 50 && since.every(({ kind }) => kind === "rate");
}

/** What a forecast says of those who are asked about. */
export async function answerForecast(
  { store, usageTypes, defaults }: ForecastDeps,
  { period, account_ids = [], payer_account_ids = [], limit = LIMIT }: ForecastRequest,
  { run, so_far, forecast }: ForecastLines,
): Promise<Forecast> {
  const [ids, payer_ids] = [new Set(account_ids), new Set(payer_account_ids)];
  const isAsked = ({ account_id, payer_account_id }: RatedLine): boolean =>
    (ids.size === 0 || ids.has(account_id)) && (payer_ids.size === 0 || payer_ids.has(payer_account_id));
  const measures = new Map(usageTypes.list().map(({ usage_type, measure }) => [usage_type, measure]));
  const { payers, accounts } = compareLines(so_far.filter(isAsked), forecast.filter(isAsked), measures);
  const shown = accounts.slice(0, limit);
  const zones = await selectZones(store.read, {
    account_ids: [...new Set(shown.map(({ account_id }) => account_id))],
    default_zone: defaults.time_zone,
  });
  const timelines = new Map(zones.map(({ account_id, timeline }) => [account_id, parseTimeline(timeline)]));
  return {
    period,
    as_of: formatInstant(run.to_ms),
    bound: run.bound,
    assumptions,
    payers,
    accounts: shown.map(({ lines, ...account }) => {
      const { start, end } = accountMonth(timelines.get(account.account_id) ?? alwaysIn(defaults.time_zone), period);
      return { ...account, period_from: formatInstant(start), period_to: formatInstant(end), lines };
    }),
    truncated: accounts.length > limit,
  };
}

/** @throws AppError invalid-request */
export function requireBegun(period: string, now: InstantMs): void {
  const refuse = (expected: string): AppError =>
    new AppError("invalid-request", `period is ${JSON.stringify(period.slice(0, 50))}; expected ${expected}`, {
      field: "period",
    });
  if (!isMonth(period)) throw refuse("a month, such as 2026-10");
  if (monthAnywhere(period).start > now) throw refuse("a month that has begun");
}
