import Type, { type Static } from "typebox";
import { minorUnit } from "../core/currencies.ts";
import { RATING_SCALE } from "../core/decimal.ts";
import { AppError, assert } from "../core/errors.ts";
import { isMonth, tzdbVersion } from "../core/calendar.ts";
import type { Log } from "../core/log.ts";
import type { Registry } from "../core/registry.ts";
import type { Run, RunLedger } from "../core/runs.ts";
import { defineCommand, defineQuery } from "../core/sql.ts";
import type { Store } from "../core/store.ts";
import type { IntegerWidth } from "./integer-width.ts";
import { type Plan, type RatingDefaults, readPlans, writePlans } from "./plans.ts";
import type { Pricing } from "./cards/pricing.ts";
import { writeCharges } from "./charges/write-charges.ts";
import { dropPrices, keepPrices } from "./explain/keep-prices.ts";
import type { RateCards } from "./rate-cards.ts";

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
  readonly began?: (run: Run) => void;
  /** Prices to go by instead of those that count; for dry runs, which show what they would come to. */
  readonly pricing?: Pricing;
  /** Looks at the rows of a run before it is published, or dropped when it is a dry one. */
  readonly look?: (rows: { run_seq: string; period: string }) => Promise<void>;
}

const PeriodTotal = Type.Object({
  currency: Type.String(),
  statements: Type.String(),
  lines: Type.String(),
  records: Type.String(),
  unrated_lines: Type.String(),
  exact_amount: Type.String(),
  amount: Type.String(),
});
/** What one currency of a period comes to: exact (9 decimals) and as its statements say it. */
export type PeriodTotal = Static<typeof PeriodTotal>;

export interface RateOutcome {
  readonly run: Run;
  readonly dry_run: boolean;
  readonly totals: readonly PeriodTotal[];
}

const RunScope = { run_seq: Type.String(), period: Type.String() };
const readInputs = defineQuery(
  "rating/rating_inputs",
  Type.Object({}),
  Type.Object({ as_of: Type.String(), accounts: Type.String(), engine: Type.String() }),
);
const pricePeriod = defineCommand(
  "rating/rate_period",
  Type.Object({
    ...RunScope,
    as_of: Type.String(),
    from_ms: Type.Number(),
    to_ms: Type.Number(),
    cuts: Type.Array(Type.Number()),
    integer: Type.String(),
  }),
  // what is priced side by side is sorted and written side by side
  { max_insert_threads: 2 },
);
const checkPeriod = defineQuery(
  "rating/check_period",
  Type.Object({ ...RunScope, as_of: Type.String(), from_ms: Type.Number(), to_ms: Type.Number() }),
  Type.Object({ wrong_prices: Type.String(), lost_records: Type.String(), wrong_quantities: Type.String() }),
);
const writeLines = defineCommand(
  "rating/write_statement_lines",
  Type.Object({
    ...RunScope,
    type_ids: Type.Array(Type.Integer()),
    type_names: Type.Array(Type.String()),
    base_units: Type.Array(Type.String()),
    currency_codes: Type.Array(Type.String()),
    minor_steps: Type.Array(Type.Integer()),
  }),
);
const readTotals = defineQuery("rating/period_totals", Type.Object(RunScope), PeriodTotal);
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
  const { period, defaults, dry_run = false, force = false } = request;
  requirePeriod(period);
  return ledger.hold({ kind: "rate", period, dry_run }, async (begun) => {
    let run = begun;
    request.began?.(run);
    await dropStale(store);
    const pricing = request.pricing ?? (await rateCards.pricing());
    const [inputs] = await readInputs(store.run, {});
    assert(inputs !== undefined, "the store says what there is to rate");
    const versions = versionsOf({ pricing, defaults, inputs, registry: usageTypes.version() });
    const last = await ledger.latestPublished("rate", period);
    if (!dry_run && !force && last !== null && sameVersions(last.versions, versions)) {
      run = await ledger.step(run, { state: "unchanged", versions });
      return { run, dry_run, totals: await readTotals(store.run, { run_seq: last.seq.toString(), period }) };
    }
    const { totals, integer } = await writeRun(deps, { run, period, defaults, pricing, as_of: inputs.as_of });
    await request.look?.({ run_seq: run.seq.toString(), period });
    if (dry_run) {
      await dropRun(store, { period, run_seq: run.seq.toString() });
      run = await ledger.step(run, {
        state: "discarded",
        versions,
        counts: { ...countsOf(totals, integer), dry_run: "1" },
      });
    } else {
      run = await ledger.step(run, { state: "published", versions, counts: countsOf(totals, integer) });
      // Published is published: what is left over now is cleared when the next run begins.
      await dropStale(store).catch((err: unknown) => log.warn({ run_id: run.id, err }, "former bills not cleared yet"));
    }
    log.info({ run_id: run.id, period, dry_run, totals }, "period rated");
    return { run, dry_run, totals };
  });
}

interface Scope {
  readonly run: Run;
  readonly period: string;
  readonly defaults: RatingDefaults;
  readonly pricing: Pricing;
  readonly as_of: string;
}

interface Written {
  readonly totals: PeriodTotal[];
  readonly integer: IntegerWidth;
}

async function writeRun(
  { store, usageTypes, ledger }: RatingDeps,
  { run, period, defaults, pricing, as_of }: Scope,
): Promise<Written> {
  const found = await readPlans(store, { period, as_of, defaults, pricing });
  const { plans, from_ms, to_ms } = found;
  const scope = { run_seq: run.seq.toString(), period };
  if (plans.length === 0) {
    await writeCharges(store, { ...scope, as_of, defaults, pricing });
    return { totals: await readTotals(store.run, scope), integer: "Int128" };
  }
  const integer = await writePlans(store, { period, as_of, defaults, ...found });
  if (!run.dry_run) await keepPrices(store, scope, found);
  const tell = (what: string, done: number): Promise<void> => ledger.beat(run, { what, done, total: 3, unit: "steps" });
  await tell("pricing records", 0);
  await pricePeriod(store.run, { ...scope, as_of, from_ms, to_ms, cuts: [...found.cuts], integer });
  await tell("checking sums", 1);
  await requireSums(store, { ...scope, as_of, from_ms, to_ms });
  const types = usageTypes.list();
  const currency_codes = [...new Set(plans.map(({ currency }: Plan) => currency))];
  await tell("writing statement lines", 2);
  await writeLines(store.run, {
    ...scope,
    type_ids: types.map(({ usage_type }) => usage_type),
    type_names: types.map(({ name }) => name),
    base_units: types.map(({ unit }) => unit),
    currency_codes,
    minor_steps: currency_codes.map((code) => 10 ** (RATING_SCALE - minorUnit(code))),
  });
  await writeCharges(store, { ...scope, as_of, defaults, pricing });
  return { totals: await readTotals(store.run, scope), integer };
}

async function requireSums(store: Store, scope: Parameters<typeof checkPeriod>[1]): Promise<void> {
  const [found] = await checkPeriod(store.run, scope);
  const wrong = Object.entries(found ?? { check: "no answer" }).filter(([, count]) => count !== "0");
  assert(wrong.length === 0, `rating does not add up: ${wrong.map(([what, count]) => `${what} ${count}`).join(", ")}`);
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

interface Versioned {
  readonly registry: string;
  readonly pricing: Pricing;
  readonly defaults: RatingDefaults;
  readonly inputs: { readonly as_of: string; readonly accounts: string; readonly engine: string };
}

/** What makes a run's bills again (P12). */
function versionsOf({ pricing, defaults, inputs, registry }: Versioned): Record<string, string> {
  return {
    usage_run: inputs.as_of,
    registry,
    tariffs: pricing.fingerprint,
    accounts: inputs.accounts,
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
