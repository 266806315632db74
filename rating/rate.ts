import Type from "typebox";
import { AppError, assert } from "../core/errors.ts";
import { isMonth, tzdbVersion } from "../core/calendar.ts";
import type { Log } from "../core/log.ts";
import type { Registry } from "../core/registry.ts";
import type { Run, RunLedger } from "../core/runs.ts";
import { defineCommand, defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import type { IntegerWidth } from "./integer-width.ts";
import type { RatingDefaults } from "./plans.ts";
import type { Pricing } from "./cards/pricing.ts";
import { dropPrices } from "./explain/keep-prices.ts";
import { layProjection, type RatedProjection } from "./forecast/lay-projection.ts";
import { accrue } from "./ledger/accrue.ts";
import type { RateCards } from "./rate-cards.ts";
import { dropStaleDifferences, keepDifference } from "./rerate/keep-difference.ts";
import { type PeriodTotal, readTotals, writeBills } from "./write-bills.ts";

export type { PeriodTotal };

/** What rating stands on. */
export interface RatingDeps {
  readonly store: Store;
  readonly ledger: RunLedger;
  readonly rateCards: RateCards;
  readonly usageTypes: Registry;
  readonly log: Log;
}

/** `period` is a month such as 2026-10, in each account's own zone. A dry run publishes nothing; `force` rates though nothing changed. `began` hears of the run once it has its lease. */
export interface RateRequest {
  readonly period: string;
  readonly defaults: RatingDefaults;
  readonly dry_run?: boolean;
  readonly force?: boolean;
  /** Who asks, and why. With a reason it is a re-rating: what it says otherwise than the run before is kept for ever (rerate/). */
  readonly asked_by?: string;
  readonly reason?: string;
  readonly began?: (run: Run) => void;
  /** Prices to go by instead of those that count; for dry runs, which show what they would come to. */
  readonly pricing?: Pricing;
  /** Prices what each account used of each price in one go: the same lines, no billing records behind them. For dry runs. */
  readonly by_sums?: boolean;
  /** Rows to rate on top of what is published, for dry runs. */
  readonly projection?: RatedProjection;
  /** Looks at the rows of a run before it is published, or dropped when it is a dry one. */
  readonly look?: (rows: { run_seq: string; period: string }) => Promise<void>;
}

export interface RateOutcome {
  readonly run: Run;
  readonly dry_run: boolean;
  readonly totals: readonly PeriodTotal[];
}

const RunScope = { run_seq: Type.String(), period: Type.String() };
const readInputs = defineQuery(
  "rating/rating_inputs",
  Type.Object({ period: Type.String() }),
  Type.Object({ as_of: Type.String(), accounts: Type.String(), closed: Type.String(), engine: Type.String() }),
);
const findStale = defineQuery(
  "rating/stale_runs",
  Type.Object({}),
  Type.Object({ period: Type.String(), run_seq: Type.String() }),
);
const dropRecords = defineCommand("rating/drop_records", Type.Object(RunScope));
const dropLines = defineCommand("rating/drop_lines", Type.Object(RunScope));

/**
 * Rates a period for all accounts at once: lay out plans, price, check, write statement lines, publish in one step (P7).
 * Nothing changed since the last published run of the period: state unchanged, no rows. Run again it gives the same bills.
 * @throws AppError run-in-progress, lease-lost, invalid-request for a bad period; any fault leaves what was published before
 */
export async function ratePeriod(deps: RatingDeps, request: RateRequest): Promise<RateOutcome> {
  const { store, ledger, rateCards, usageTypes, log } = deps;
  const { period, defaults, dry_run = false, force = false, by_sums = false, asked_by = "", reason = "" } = request;
  requirePeriod(period);
  assert(dry_run || !by_sums, "what is published has its records");
  return ledger.hold({ kind: "rate", period, dry_run, asked_by, reason }, async (begun) => {
    let run = begun;
    request.began?.(run);
    await dropStale(store);
    await dropStaleDifferences(deps);
    await layProjection(store, request.projection, { dry_run });
    const pricing = request.pricing ?? (await rateCards.pricing());
    const registry = usageTypes.version();
    const versions = await readVersions(store.run, { period, pricing, defaults, registry });
    const last = await ledger.latestPublished("rate", period);
    if (!dry_run && !force && last !== null && sameVersions(last.versions, versions)) {
      run = await ledger.step(run, { state: "unchanged", versions });
      return { run, dry_run, totals: await readTotals(store.run, { run_seq: last.seq.toString(), period }) };
    }
    const scope = {
      run,
      period,
      defaults,
      pricing,
      as_of: versions.usage_run,
      by_sums,
      before: request.projection?.before ?? null,
    };
    const { totals, integer } = await writeBills(deps, scope, request);
    await request.look?.({ run_seq: run.seq.toString(), period });
    if (!dry_run) await accrue(store, { run_seq: run.seq.toString(), period, now: run.began_ms });
    const compared = isCompared(request) && last !== null ? await keepDifference(deps, { run, former: last }) : {};
    if (dry_run) {
      await dropRun(store, { period, run_seq: run.seq.toString() });
      // what it rated again of closed months lies under other periods
      await dropStale(store);
      run = await ledger.step(run, {
        state: "discarded",
        versions,
        counts: { ...countsOf(totals, integer), ...compared, dry_run: "1" },
      });
    } else {
      run = await ledger.step(run, {
        state: "published",
        versions,
        counts: { ...countsOf(totals, integer), ...compared },
      });
      // Published is published: what is left over now is cleared when the next run begins.
      await dropStale(store).catch((err: unknown) => log.warn({ run_id: run.id, err }, "former bills not cleared yet"));
    }
    log.info({ run_id: run.id, period, dry_run, totals }, "period rated");
    return { run, dry_run, totals };
  });
}

/** Re-ratings, and dry runs at the prices that count that nobody looks into (previews compare for themselves); nightly runs replace drafts. */
function isCompared({ dry_run = false, reason = "", pricing, look }: RateRequest): boolean {
  return dry_run ? pricing === undefined && look === undefined : reason !== "";
}

async function dropStale(store: Store): Promise<void> {
  for (const stale of await findStale(store.run, {})) await dropRun(store, stale);
}

async function dropRun(store: Store, scope: { period: string; run_seq: string }): Promise<void> {
  await dropRecords(store.run, scope);
  await dropLines(store.run, scope);
  await dropPrices(store, scope);
}

function requirePeriod(period: string): void {
  if (isMonth(period)) return;
  throw new AppError("invalid-request", `period is ${JSON.stringify(period)}; expected a month, such as 2026-10`, {
    field: "period",
  });
}

/** What a period's bills come from, as it stands; with the bound of a run it makes them again (P12). */
export async function readVersions(
  lane: Store["read"],
  given: { period: string; pricing: Pricing; defaults: RatingDefaults; registry: string },
) {
  const { period, pricing, defaults, registry } = given;
  const [inputs] = await readInputs(lane, { period });
  assert(inputs !== undefined, "the store says what there is to rate");
  return {
    usage_run: inputs.as_of,
    registry,
    tariffs: pricing.fingerprint,
    accounts: inputs.accounts,
    closed: inputs.closed,
    currency: defaults.currency,
    time_zone: defaults.time_zone,
    rate_card: defaults.rate_card_id,
    tzdb: tzdbVersion(),
    engine: inputs.engine,
  };
}

function sameVersions(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys(b).every((name) => a[name] === b[name]);
}

function countsOf(totals: readonly PeriodTotal[], integer: IntegerWidth): Record<string, string> {
  const sum = (read: (total: PeriodTotal) => string): string =>
    totals.reduce((all, total) => all + BigInt(read(total)), 0n).toString();
  const amounts = Object.fromEntries(totals.map(({ currency, amount }) => [`amount_${currency}`, amount]));
  return {
    statements: sum((t) => t.statements),
    lines: sum((t) => t.lines),
    records: sum((t) => t.records),
    integer,
    ...amounts,
  };
}
