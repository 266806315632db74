import {
  type CloseOutcome,
  listUsageRecords,
  readCompleteness,
  summarizeUsage,
  type UsageBasis,
  type UsageKey,
  type UsageRecord,
  type UsageSum,
} from "../../aggregate/index.ts";
import { localDay } from "../../core/calendar.ts";
import type { System } from "../../api/system.ts";
import { at } from "../at.ts";

/** All time a test may use. */
const ever = { from: at("2000-01-01T00:00:00Z"), to: at("2099-01-01T00:00:00Z") };

interface Asked {
  readonly basis: UsageBasis;
  readonly from?: string;
  readonly to?: string;
  readonly account_ids?: readonly string[];
  readonly limit?: number;
  readonly clip?: boolean;
  readonly time_zone?: string;
}

const filterOf = ({ from, to, account_ids = [] }: Asked) => ({
  from: from === undefined ? ever.from : at(from),
  to: to === undefined ? ever.to : at(to),
  account_ids,
  usage_types: [],
  resources: [],
});

/** All usage records of a range in one basis, page after page. */
export async function readRecords(system: System, asked: Asked): Promise<UsageRecord[]> {
  const { as_of } = await readCompleteness(system);
  const { basis, limit = 1000, clip = false } = asked;
  const found: UsageRecord[] = [];
  for (let after: UsageKey | null = null; ;) {
    const page = { filter: filterOf(asked), basis, as_of, clip, after, limit };
    const { records, last }: { records: UsageRecord[]; last: UsageKey | null } = await listUsageRecords(system, page);
    found.push(...records);
    if (records.length < limit) return found;
    after = last;
  }
}

/** Usage of a range in one basis, summed by month or day in a zone. */
export async function sumMonths(system: System, asked: Asked & { group_by?: "day" | "month" }): Promise<UsageSum[]> {
  const { as_of } = await readCompleteness(system);
  const { basis, time_zone = "UTC", group_by = "month", clip = false } = asked;
  const summary = { filter: filterOf(asked), basis, as_of, time_zone, tag_key: null, clip, limit: 10_000 };
  return summarizeUsage(system, { ...summary, group_by: [group_by] });
}

/** A month as the golden cases write sums. */
export const plainSum = ({ group, quantity }: UsageSum): Record<string, string> => ({
  usage_type: String(group["usage_type"]),
  month: String(group["month"]),
  quantity,
});

/** An adjustment as the golden cases write it. */
export function plainAdjustment({ usage_type, window, booked_at, quantity }: UsageRecord): Record<string, string> {
  const day = (instant: string): string => localDay(window.time_zone, at(instant));
  return { usage_type: String(usage_type), used: day(window.start), booked: day(booked_at ?? ""), quantity };
}

/** Closes a month although nothing is priced; of one payer, or of all that are due. */
export async function closeUnpriced(system: System, period: string, payer_account_id?: string): Promise<CloseOutcome> {
  const payer = payer_account_id === undefined ? {} : { payer_account_id };
  const overrides = [{ finding: "unrated", reason: "no rate card here" }];
  return system.closePeriod({ period, ...payer, overrides, by: "test" });
}

/** Closes months, oldest first, of all payers that have something in them, whatever else speaks against it. */
export async function closeEverything(system: System, periods: readonly string[]): Promise<void> {
  const overridable = system.checks.filter((check) => check.overridable).map(({ name }) => name);
  const overrides = overridable.map((finding) => ({ finding, reason: "a test" }));
  for (const period of periods) {
    const { refused } = await system.closePeriod({ period, overrides, by: "test" });
    if (refused.length > 0) throw new Error(`${period} stays open: ${JSON.stringify(refused)}`);
  }
}
