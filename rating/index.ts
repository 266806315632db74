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
export { createRateCards, RateCard, RateCardInput, type RateCards } from "./rate-cards.ts";
export { createStatements, Statement, StatementLine, type Statements } from "./statements.ts";
export { readTariffs, Tariff, TariffInput } from "./tariff.ts";
export { unitBase, type Unit } from "./units.ts";
