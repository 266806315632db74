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
export { ExportKind, Export, type ExportedFile, ExportInput } from "./exports/export.ts";
export { csvLines } from "./documents/render-csv.ts";
export { createExports, type Exports } from "./exports/exports.ts";
export { ExportPlace } from "./exports/export-rows.ts";
export { type Shown } from "./documents/lay-out.ts";
export { type DocumentFile, documentFormats, type DocumentFormat, makeDocument } from "./documents/make-document.ts";
export { createTypesetter, missingScripts, type Typesetter } from "./documents/typeset.ts";
export { Credit, CreditDraw, CreditInput } from "./credits/credit.ts";
export { createCredits, type CreditGrant, type Credits, noCredit } from "./credits/credits.ts";
export { drawCredits } from "./credits/draw-credits.ts";
export { expireCredits } from "./credits/expire-credits.ts";
export { BalanceNotice, type TellBalance, tellLog } from "./ledger/balance-notice.ts";
export { Balance, createLedger, type Ledger, LedgerEntry } from "./ledger/balances.ts";
export { bookDocuments } from "./ledger/book-documents.ts";
export { checkBalances, readMoneyMark } from "./ledger/check-balances.ts";
export { Payment, PaymentInput, Refund, RefundInput } from "./ledger/payment.ts";
export { createPayments, type Payments } from "./ledger/payments.ts";
export { settle } from "./ledger/settle.ts";
export { BalanceThreshold, createThresholds, type Thresholds } from "./ledger/thresholds.ts";
export { Forecast, type AccountForecast, type ForecastLine } from "./forecast/forecast.ts";
export type { ForecastRequest } from "./forecast/forecast-period.ts";
export { createForecasts } from "./forecast/kept-forecasts.ts";
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
export { createProfiles, type Profiles } from "./profiles/profiles.ts";
export { type Book, type Entry, Versioned } from "./profiles/book.ts";
export { Issuer, IssuerInput } from "./profiles/issuer.ts";
export { Profile, ProfileInput } from "./profiles/profile.ts";
export { TaxRate, TaxRateInput } from "./taxes/tax-rate.ts";
export { type FinalizeOutcome, finalizePeriod, type FinalizeRequest } from "./finalize/finalize.ts";
export type { FinalizeStep, IssueDeps } from "./finalize/issue.ts";
export { readReadiness, type StatementFinding, type StatementReadiness } from "./finalize/readiness.ts";
export { reissueStatement, type Reversed, voidStatement } from "./finalize/reverse.ts";
export { writeOffStatement } from "./finalize/write-off.ts";
export { StatementLine } from "./statement-line.ts";
export { Statement } from "./statement.ts";
export { createStatements, type Statements } from "./statements.ts";
export { readTariffs, Tariff, TariffInput } from "./tariff.ts";
export { unitBase, type Unit } from "./units.ts";
