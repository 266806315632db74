import Type from "typebox";
import { displayQuantity, readCompleteness, summarizeUsage, type UsageSum } from "../../aggregate/index.ts";
import type { Account } from "../../core/accounts.ts";
import { localDay, monthBounds, monthOf, prevMonth, windowEdges } from "../../core/calendar.ts";
import { minorUnit } from "../../core/currencies.ts";
import { dec, formatFixed } from "../../core/decimal.ts";
import { type InstantMs, instant, parseInstant } from "../../core/instant.ts";
import { defineQuery } from "../../core/sql.ts";
import type { UsageType } from "../../core/usage-type.ts";
import { readAccounts } from "../every-page.ts";
import type { System } from "../system.ts";
import type { DashboardView } from "./dashboard.ts";
import type { DailyUsage } from "./usage-chart.ts";

const selectSums = defineQuery(
  "api/period_sums",
  Type.Object({ period: Type.String(), run_seq: Type.String(), payer_account_id: Type.String() }),
  Type.Object({
    currency: Type.String(),
    statements: Type.String(),
    net: Type.String(),
    unrated_records: Type.String(),
  }),
);

/** Months to choose from, statements and payers named on one page. */
const PERIODS = 13;
const STATEMENTS_MAX = 200;
const PAYERS_MAX = 1_000;
/** Days × usage types of a month, with room. */
const SUMS_MAX = 10_000;

/** What is asked of the first page: '' = the latest period with published usage; '' = all payers. */
export interface DashboardRequest {
  readonly period: string;
  readonly account_id: string;
}

/** Reads all the first page shows. */
export async function readDashboard(system: System, asked: DashboardRequest): Promise<DashboardView> {
  const { settings, statements, runs, store } = system;
  const zone = await settings.get("usage.aggregation.timezone");
  const { as_of, completeness } = await readCompleteness(system);
  const complete_to = completeness.complete_to === null ? null : parseInstant(completeness.complete_to);
  const newest = monthOf({ zone, at: system.clock.now() });
  const period =
    asked.period === ""
      ? complete_to === null
        ? newest
        : monthOf({ zone, at: instant(complete_to - 1) })
      : asked.period;
  const { account_id } = asked;

  const accounts = [...(await readAccounts(system.accounts)).values()];
  const usage = await readUsage(system, {
    period,
    zone,
    as_of,
    complete_to,
    account_ids: paidBy(accounts, account_id),
  });
  const run = await runs.latestPublished("rate", period);
  const sums =
    run === null
      ? []
      : await selectSums(store.read, { period, run_seq: run.seq.toString(), payer_account_id: account_id });
  const found = await statements.list({
    period,
    ...(account_id === "" ? {} : { payer_account_id: account_id }),
    limit: STATEMENTS_MAX,
  });
  const names = new Map(accounts.map(({ account_id: id, name }) => [id, name]));
  return {
    period,
    periods: periodsUpTo(newest, period),
    account_id,
    accounts: accounts
      .filter((account) => account.payer_account_id === account.account_id)
      .toSorted(byName)
      .slice(0, PAYERS_MAX),
    complete_to: completeness.complete_to,
    usage,
    totals: sums.map(({ currency, net }) => ({ currency, net: formatFixed(dec(net), minorUnit(currency)) })),
    unrated_records: sums.reduce((sum, row) => sum + BigInt(row.unrated_records), 0n).toString(),
    statements: found.map(({ id, payer_account_id, net, currency, lines, state }) => {
      return { id, payer: names.get(payer_account_id) ?? payer_account_id, net, currency, lines: lines.length, state };
    }),
    statement_count: sums.reduce((sum, row) => sum + Number(row.statements), 0),
  };
}

/** `RUNNING_VM` as a person would write it: Running VM. */
function typeTitle(name: string): string {
  const words = name.split("_").map((word) => (word === "VM" ? word : word.toLowerCase()));
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface UsageScope {
  readonly period: string;
  readonly zone: string;
  readonly as_of: bigint;
  readonly complete_to: InstantMs | null;
  /** Empty = all. */
  readonly account_ids: readonly string[];
}

async function readUsage(
  system: System,
  { period, zone, as_of, complete_to, account_ids }: UsageScope,
): Promise<DailyUsage[]> {
  const { start: from, end: to } = monthBounds({ zone, month: period });
  const filter = { from, to, account_ids, usage_types: [], resources: [] };
  const sums = await summarizeUsage(system, {
    filter,
    as_of,
    group_by: ["day"],
    tag_key: null,
    time_zone: zone,
    clip: true,
    limit: SUMS_MAX,
  });
  // A month that still goes on ends, for the chart, where its usage does.
  const end = complete_to !== null && complete_to > from && complete_to < to ? complete_to : to;
  const days = windowEdges({ zone, range_minutes: 1440, from, to: end })
    .filter((edge) => edge < end)
    .map((edge) => localDay(zone, edge));
  return system.usageTypes.list().flatMap((type) => {
    const own = sums.filter(({ group }) => group["usage_type"] === type.usage_type);
    return own.length === 0 ? [] : [toDaily(type, own, days)];
  });
}

function toDaily(type: UsageType, sums: readonly UsageSum[], days: readonly string[]): DailyUsage {
  const byDay = new Map(sums.map(({ group, display_quantity }) => [group["day"], display_quantity]));
  const total = sums.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
  return {
    usage_type: type.usage_type,
    name: typeTitle(type.name),
    unit: type.display_unit,
    total: displayQuantity(total.toString(), type),
    days: days.map((day) => ({ day, quantity: byDay.get(day) ?? "0" })),
  };
}

/** The accounts a payer pays for, itself among them; an unknown one stands for itself, so that it shows nothing rather than all. */
function paidBy(accounts: readonly Account[], payer: string): string[] {
  if (payer === "") return [];
  return [
    payer,
    ...accounts
      .filter(({ account_id, payer_account_id }) => payer_account_id === payer && account_id !== payer)
      .map(({ account_id }) => account_id),
  ];
}

function periodsUpTo(newest: string, chosen: string): string[] {
  const periods = [newest];
  while (periods.length < PERIODS) periods.push(prevMonth(periods.at(-1) ?? newest));
  return [...new Set([...periods, chosen])].toSorted().toReversed();
}

function byName(a: Account, b: Account): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
