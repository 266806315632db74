import type { ChargeInput, TariffInput } from "../../../rating/index.ts";
import { readCases } from "../../read-cases.ts";
import type { RatingStore } from "../rating-store.ts";

/** A record of use, as a course states it: `amount` hours (or units of an hour's size), `back` = taken back. */
export interface CourseUse {
  readonly at: string;
  readonly resource: string;
  readonly amount: string;
  readonly type?: string;
  readonly back?: string;
  /** Another account that the payer pays for. */
  readonly account?: string;
}

export type CourseStep = { readonly use: readonly CourseUse[] } | { readonly close: string };

/** A golden case of closed months: a payer on a card of its own, what happens in time, and all statements that come of it. */
export interface ClosedCase {
  readonly why: string;
  readonly covers?: readonly string[];
  /** Cells of the table of charges. */
  readonly covers_charges?: readonly string[];
  readonly worked: string;
  readonly given: {
    readonly currency?: string;
    readonly tariffs: readonly (Omit<TariffInput, "usage_type" | "pooled"> & {
      readonly usage_type: string;
      readonly pooled?: string;
    })[];
    readonly charges?: readonly ChargeInput[];
    readonly course: readonly CourseStep[];
  };
  readonly then: Readonly<Record<string, { readonly net: string; readonly lines?: readonly Record<string, string>[] }>>;
}

/** All golden cases of closed months. */
export function closedCases(): ClosedCase[] {
  return readCases<ClosedCase>("rating/closed");
}

/** The tariffs of a case as a card takes them: in a case every scalar is a text. */
export function tariffsOf({
  tariffs,
  currency,
}: Pick<ClosedCase["given"], "tariffs"> & { currency: string }): TariffInput[] {
  return tariffs.map(({ pooled, tiers, ...tariff }) => ({
    ...tariff,
    currency,
    usage_type: Number(tariff.usage_type),
    ...(pooled === undefined ? {} : { pooled: pooled === "true" }),
    ...(tiers === undefined
      ? {}
      : { tiers: tiers.map(({ up_to, rate }) => ({ up_to: up_to === "null" ? null : up_to, rate })) }),
  }));
}

const HOUR_MS = 3_600_000n;

/** Who goes through a course: `closes` false = the same use, and nothing is ever closed. */
export interface Walker {
  readonly payer: string;
  readonly accounts?: readonly string[];
  readonly closes: boolean;
}

/** The number that the next run gets. */
export async function nextSeq(on: RatingStore): Promise<number> {
  const [row] = await on.rows<{ seq: string }>("SELECT max(run_seq) + 1 AS seq FROM run");
  return Number(row?.seq ?? "1");
}

/** Takes walkers one step further, as one run. */
export async function walk(on: RatingStore, step: CourseStep, walkers: readonly Walker[]): Promise<void> {
  const run_seq = await nextSeq(on);
  if ("close" in step) {
    on.clock.advance(1);
    for (const [index, { payer, accounts = [payer], closes }] of walkers.entries()) {
      if (!closes) continue;
      await on.closeMonth({ run_seq: run_seq + index, payer, accounts, period: step.close, closed_ms: on.clock.now() });
    }
    on.clock.advance(1);
    return;
  }
  await on.writeUsage(
    walkers.flatMap(({ payer }) =>
      step.use.map(({ at, resource, amount, type = "1", back, account }) => {
        const quantity = hours(amount);
        const start_ms = Date.parse(at);
        // by slices all within the window, which is as long as what was used where that is a time
        const end_ms = start_ms + Number(quantity);
        return {
          account_id: account === undefined ? payer : `${payer}-${account}`,
          usage_type: Number(type),
          resource,
          shape: 7n,
          start_ms,
          end_ms,
          quantity,
          run_seq,
          sign: back === undefined ? (1 as const) : (-1 as const),
        };
      }),
    ),
  );
  await on.publishUsage(
    run_seq,
    step.use.map(({ at }) => Date.parse(at)),
  );
}

function hours(amount: string): bigint {
  const decimals = amount.split(".")[1]?.length ?? 0;
  return (BigInt(amount.replace(".", "")) * HOUR_MS) / 10n ** BigInt(decimals);
}
