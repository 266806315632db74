import Type, { type Static } from "typebox";
import { nextMonth } from "../../core/calendar.ts";
import { formatInstant, type InstantMs, instant } from "../../core/instant.ts";
import type { AggregateDeps } from "../context.ts";
import { type Closing, Override, readClosings, readPendingPayers } from "./closings.ts";
import { type Payer, payerPeriod, readPayers } from "./payers.ts";
import { type Booked, isBooked, readBooked } from "./period-usage.ts";

/** What reading periods stands on. */
export type PeriodDeps = Pick<AggregateDeps, "store" | "runs" | "settings" | "clock">;

const Label = Type.Union([Type.String(), Type.Null()]);

/** A payer's billing period; closed, it stays as it is for ever. */
export const BillingPeriod = Type.Object(
  {
    payer_account_id: Type.String(),
    period: Type.String(),
    state: Type.Union([Type.Literal("open"), Type.Literal("due"), Type.Literal("closed")], {
      description: "due: it has ended, its grace is over, and it may be closed",
    }),
    start: Type.String({ description: "Of the account in whose zone it begins first" }),
    end: Type.String({ description: "Of the account in whose zone it ends last" }),
    due_at: Type.String({ description: "Its end and the grace of the setting usage.close.grace" }),
    accounts: Type.Integer({ description: "Accounts the payer pays for" }),
    records: Type.Integer({ description: "Usage records of the period's own" }),
    adjustments: Type.Integer({ description: "Adjustments to earlier periods that are booked in this one" }),
    adjusted_after: Type.Integer({ description: "Adjustments to this period that are booked in later ones" }),
    closed_at: Label,
    closed_by: Label,
    reason: Label,
    overrides: Type.Array(Override),
    run_id: Label,
    bound: Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()], {
      description: "How much of the event log the closing had seen; what lies above is an adjustment",
    }),
  },
  { $id: "BillingPeriod", additionalProperties: false },
);
export type BillingPeriod = Static<typeof BillingPeriod>;

/**
 * A payer with its periods, oldest first: those in which something is booked, or that are closed, and the first that is not where its statement
 * has something of closed months all the same.
 */
export interface PayerPeriods {
  readonly payer: Payer;
  readonly periods: readonly BillingPeriod[];
}

/** Where a page of periods ends. */
export interface PeriodKey {
  readonly payer_account_id: string;
  readonly period: string;
}

const payersAtOnce = 100;

/** Periods of all payers, or of one, by payer and month, after `after`. */
export async function listPeriods(
  deps: PeriodDeps,
  page: { payer_account_id?: string; after: PeriodKey | null; limit: number },
): Promise<BillingPeriod[]> {
  const { payer_account_id, after, limit } = page;
  const found: BillingPeriod[] = [];
  if (after !== null) {
    // The payer on which the former page ended may have more.
    for await (const { periods } of everyPayer(deps, { payer_account_id: after.payer_account_id }))
      found.push(...periods.filter(({ period }) => period > after.period));
    if (found.length >= limit) return found.slice(0, limit);
  }
  const after_payer = after?.payer_account_id ?? "";
  for await (const { periods } of everyPayer(deps, { payer_account_id, after_payer })) {
    found.push(...periods);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/** Payers above `after_payer` with their periods, one after the other; or one alone. */
export async function* everyPayer(
  deps: PeriodDeps,
  { payer_account_id, after_payer = "" }: { payer_account_id?: string | undefined; after_payer?: string } = {},
): AsyncGenerator<PayerPeriods> {
  const state = await readState(deps);
  const { default_zone } = state;
  const one = payer_account_id === undefined ? {} : { payer_account_id };
  for (let after = after_payer; ;) {
    const payers = await readPayers(deps, { ...one, after_payer: after, default_zone, limit: payersAtOnce });
    yield* await periodsOf(deps, state, payers);
    const last = payers.at(-1);
    if (last === undefined || payers.length < payersAtOnce) return;
    after = last.payer_account_id;
  }
}

/** What all answers of one reading stand on. */
interface ReadingState {
  readonly as_of: bigint;
  readonly now: InstantMs;
  readonly default_zone: string;
  readonly grace_ms: number;
}

async function readState({ runs, settings, clock }: PeriodDeps): Promise<ReadingState> {
  const values = await settings.all();
  return {
    as_of: (await runs.latestPublished("aggregate"))?.seq ?? 0n,
    now: clock.now(),
    default_zone: values["usage.aggregation.timezone"] ?? "UTC",
    grace_ms: Number(values["usage.close.grace"] ?? "2") * 86_400_000,
  };
}

async function periodsOf(deps: PeriodDeps, state: ReadingState, payers: readonly Payer[]): Promise<PayerPeriods[]> {
  if (payers.length === 0) return [];
  const payer_account_ids = payers.map(({ payer_account_id }) => payer_account_id);
  const closings = await readClosings(deps, { payer_account_ids });
  const pending = closings.length === 0 ? new Set() : await readPendingPayers(deps, payers);
  const accounts = payers.flatMap(({ accounts: own, former = false }) => (former ? [] : own));
  const booked = await readBooked(deps, { accounts, as_of: state.as_of });
  return payers.map((payer) => {
    const own = closings.filter(({ payer_account_id }) => payer_account_id === payer.payer_account_id);
    const sums = sumByPeriod(payer, booked);
    const months = new Set([
      ...[...sums.values()].filter(isBooked).map(({ period }) => period),
      ...own.map(({ period }) => period),
      ...own.slice(-1).flatMap(({ period }) => (pending.has(payer.payer_account_id) ? [nextMonth(period)] : [])),
    ]);
    const periods = [...months]
      .toSorted()
      .map((period) => toPeriod(payer, { period, booked: sums.get(period), closings: own, state }));
    return { payer, periods };
  });
}

function sumByPeriod(
  { accounts, former = false }: Payer,
  booked: ReadonlyMap<string, readonly Booked[]>,
): Map<string, Booked> {
  const sums = new Map<string, Booked>();
  // what its account uses now is in the periods of who pays for it
  if (former) return sums;
  for (const one of accounts.flatMap(({ account_id }) => booked.get(account_id) ?? [])) {
    const known = sums.get(one.period) ?? { period: one.period, records: 0, adjustments: 0, adjusted_after: 0 };
    sums.set(one.period, {
      period: one.period,
      records: known.records + one.records,
      adjustments: known.adjustments + one.adjustments,
      adjusted_after: known.adjusted_after + one.adjusted_after,
    });
  }
  return sums;
}

function toPeriod(
  payer: Payer,
  given: { period: string; booked: Booked | undefined; closings: readonly Closing[]; state: ReadingState },
): BillingPeriod {
  const { period, booked, closings, state } = given;
  const { start, end } = payerPeriod(payer, period);
  const due_at = instant(end + state.grace_ms);
  const closing = closingOf(closings, period);
  return {
    payer_account_id: payer.payer_account_id,
    period,
    state: closing !== undefined ? "closed" : state.now >= due_at ? "due" : "open",
    start: formatInstant(start),
    end: formatInstant(end),
    due_at: formatInstant(due_at),
    accounts: payer.former === true ? 0 : payer.accounts.length,
    records: booked?.records ?? 0,
    adjustments: booked?.adjustments ?? 0,
    adjusted_after: booked?.adjusted_after ?? 0,
    closed_at: closing === undefined ? null : formatInstant(closing.closed_ms),
    closed_by: closing?.closed_by ?? null,
    reason: closing === undefined || closing.reason === "" ? null : closing.reason,
    overrides: [...(closing?.overrides ?? [])],
    run_id: closing?.run_id ?? null,
    bound: closing === undefined ? null : { ...closing.bound },
  };
}

/** The closing that closed a period: its own, or that of a later one, which closes all before it. */
function closingOf(closings: readonly Closing[], period: string): Closing | undefined {
  return closings.find((closing) => closing.period === period) ?? closings.find((closing) => closing.period > period);
}
