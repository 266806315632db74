export {
  BillingKey,
  BillingRecord,
  type BillingFilter,
  type BillingRecords,
  createBillingRecords,
} from "./billing-records.ts";
export type { RatingDefaults } from "./plans.ts";
export { type PricePart, rateQuantity } from "./price.ts";
export { type RateOutcome, type PeriodTotal, type RateRequest, type RatingDeps, ratePeriod } from "./rate.ts";
export { AccountCard, Assignment, type Assignments, type AssignmentTarget, createAssignments } from "./assignments.ts";
export { Budget, BudgetInput, BudgetNotice } from "./budgets/budget.ts";
export { type Budgets, createBudgets, noBudget, type NoticePlace } from "./budgets/budgets.ts";
export { catchUpBudgets, checkBudgets } from "./budgets/check-budgets.ts";
export { formatCard, parseCard } from "./cards/card-file.ts";
export type { Pricing } from "./cards/pricing.ts";
export type { ChargeInput } from "./charges/charge.ts";
export { CardState } from "./cards/rate-card.ts";
export { AccountDifference, previewPeriod, TotalDifference } from "./preview/preview-period.ts";
export { pricingWithCard, pricingWithDraft } from "./preview/preview-pricing.ts";
export { PreviewLine, previewTotal, previewUsage, StatedUse } from "./preview/preview-usage.ts";
export { createExplanations, type Explanations } from "./explain/explain.ts";
export { type ExplainPage, RecordPlace } from "./explain/record-page.ts";
export {
  ExplainedAdjustment,
  ExplainedLine,
  ExplainedPrice,
  ExplainedRecord,
  Explanation,
} from "./explain/explanation.ts";
export { Forecast, type AccountForecast, type ForecastLine } from "./forecast/forecast.ts";
export { forecastAmounts, forecastPeriod, type ForecastRequest } from "./forecast/forecast-period.ts";
export { correctingMonths } from "./closed/correcting-months.ts";
export { createRateCards, RateCard, RateCardInput, type RateCards } from "./rate-cards.ts";
export {
  AccountPlace,
  createRatingDifferences,
  type RatingDifferences,
  RecordChangePlace,
} from "./rerate/differences.ts";
export { BillingHistory, createBillingHistory } from "./rerate/history.ts";
export { RatedAccountChange, RatedRecordChange, RatingTotalChange } from "./rerate/rated-change.ts";
export { createStatements, Statement, StatementLine, type Statements } from "./statements.ts";
export { readTariffs, Tariff, TariffInput } from "./tariff.ts";
export { unitBase, type Unit } from "./units.ts";
