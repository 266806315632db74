export { aggregate, type AggregateRequest } from "./aggregate.ts";
export { changedMonths } from "./changed-months.ts";
export { type Completeness, readCompleteness } from "./completeness.ts";
export type { AggregateDeps } from "./context.ts";
export { displayQuantity, listUsageRecords, type UsageFilter, type UsageKey, UsageRecord } from "./usage-records.ts";
export { type Grouping, groupings, summarizeUsage, type SummaryRequest, UsageSum } from "./usage-summary.ts";
