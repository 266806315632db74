export { zonesCountFrom } from "./reports/account-zones.ts";
export { aggregate, type AggregateRequest } from "./aggregate.ts";
export {
  archiveEvents,
  type ArchiveOutcome,
  type ArchiveRequest,
  monthToKeepFrom,
} from "./retention/archive-events.ts";
export { Archive, archivesNeeded, listArchives } from "./retention/archives.ts";
export { eraseNames, Erasure } from "./retention/erase-names.ts";
export { clearDryRun } from "./clear-failed-runs.ts";
export { watchHorizon } from "./retention/horizon.ts";
export { restoreArchive, type RestoreOutcome } from "./retention/restore-archive.ts";
export { changedMonths } from "./reports/changed-months.ts";
export { type CloseOutcome, closePeriod, type CloseRequest } from "./periods/close-period.ts";
export { coverNewAccounts, Override } from "./periods/closings.ts";
export { type Completeness, readCompleteness } from "./reports/completeness.ts";
export type { AggregateDeps } from "./context.ts";
export { accountPeriod } from "./periods/payers.ts";
export { BillingPeriod, everyPayer, listPeriods, type PayerPeriods, type PeriodKey } from "./periods/periods.ts";
export { readReadinessOfAll } from "./periods/ask-checks.ts";
export { type CheckedPeriod, Finding, type ReadinessCheck, usageChecks } from "./periods/readiness.ts";
export { createLive, type Live } from "./reports/live-usage.ts";
export { type Repetition, repeatRun } from "./repeat-run.ts";
export { nameResources } from "./reports/label-records.ts";
export { readInOrder } from "./reports/read-in-order.ts";
export { RecordKey, UsageKey } from "./reports/usage-key.ts";
export { readRunDiff, UsageDifference } from "./reports/run-diff.ts";
export { TouchedWindow, touchedWindows } from "./reports/touched-windows.ts";
export { UsageBasis } from "./reports/usage-basis.ts";
export { displayQuantity, listUsageRecords, typeOf, type UsageFilter, UsageRecord } from "./reports/usage-records.ts";
export { withResourceNames } from "./reports/last-names.ts";
export { type Grouping, groupings, summarizeUsage, type SummaryRequest, UsageSum } from "./reports/usage-summary.ts";
export {
  acceptFinding,
  type FindingFilter,
  FindingPlace,
  FindingState,
  listFindings,
  type OpenFindings,
  openFindings,
  placeOfFinding,
  SanityFinding,
  Severity,
} from "./sanity/findings.ts";
export { lastSanityCheck, runSanityChecks, type SanityOutcome } from "./sanity/run-checks.ts";
export { type InventoryRequest, takeInventory } from "./inventory/take-inventory.ts";
export { InventoryItem } from "./inventory/list.ts";
export {
  acceptProposals,
  InventoryReport,
  listProposals,
  readInventory,
  rejectProposals,
} from "./inventory/proposals.ts";
