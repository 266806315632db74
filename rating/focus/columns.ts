import { columnsOf, type ExportColumn } from "../exports/export-column.ts";

/** Versions of the FinOps Open Cost and Usage Specification that can be asked for. */
export type FocusVersion = "1.2" | "1.3" | "1.4";

/** All of 1.2, 1.3 and 1.4, in the order of the alphabet, as the specification asks. */
const all = columnsOf(`
  AllocatedMethodDetails:json AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags:json AvailabilityZone
  BilledCost:decimal12 BillingAccountId BillingAccountName BillingAccountType:code BillingCurrency:code BillingPeriodEnd:time BillingPeriodStart:time
  CapacityReservationId CapacityReservationStatus:code ChargeCategory:code ChargeClass:code ChargeDescription ChargeFrequency:code
  ChargePeriodEnd:time ChargePeriodStart:time CommitmentDiscountCategory:code CommitmentDiscountId CommitmentDiscountName
  CommitmentDiscountQuantity:decimal12 CommitmentDiscountStatus:code CommitmentDiscountType CommitmentDiscountUnit:code
  CommitmentProgramEligibilityDetails:json ConsumedQuantity:decimal12 ConsumedUnit:code ContractApplied:json ContractedCost:decimal12
  ContractedUnitPrice:decimal18 EffectiveCost:decimal12 HostProviderName InvoiceDetailId InvoiceId InvoiceIssuerName
  ListCost:decimal12 ListUnitPrice:decimal18 PricingCategory:code PricingCurrency:code PricingCurrencyContractedUnitPrice:decimal18
  PricingCurrencyEffectiveCost:decimal12 PricingCurrencyListUnitPrice:decimal18 PricingQuantity:decimal12 PricingUnit:code
  ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory:code ServiceName
  ServiceProviderName ServiceSubcategory:code SkuId SkuMeter SkuPriceDetails:json SkuPriceId SubAccountId SubAccountName
  SubAccountType:code Tags:json`);
/** Ours: what leads back to bills, records and what is corrected. */
const own = columnsOf(`
  x_BillingRecordId:code x_CorrectedInvoiceId x_CorrectedLine:integer x_CorrectedQuantity:decimal12 x_CorrectedStatementId:code x_CorrectedUnit:code x_ProjectId x_ResourcePart x_StatementId:code
  x_StatementLine:integer x_UsageRecordId:code x_UsageTypeId:integer x_WindowEnd:time x_WindowStart:time`);

const since: Readonly<Record<string, FocusVersion>> = {
  AllocatedMethodDetails: "1.3",
  AllocatedMethodId: "1.3",
  AllocatedResourceId: "1.3",
  AllocatedResourceName: "1.3",
  AllocatedTags: "1.3",
  CommitmentProgramEligibilityDetails: "1.4",
  ContractApplied: "1.3",
  HostProviderName: "1.3",
  InvoiceDetailId: "1.4",
  ServiceProviderName: "1.3",
};
/** The version that did away with them. */
const until: Readonly<Record<string, FocusVersion>> = { ProviderName: "1.4", PublisherName: "1.4" };

/** The columns of a version's Cost and Usage dataset, then ours. */
export function focusColumns(version: FocusVersion): readonly ExportColumn[] {
  const there = all.filter(({ name }) => {
    const last = until[name];
    return (since[name] ?? "1.2") <= version && (last === undefined || version < last);
  });
  return [...there, ...own];
}

/** Companion datasets, which 1.4 has (contract commitments since 1.3). */
export const companionColumns = {
  "invoice-detail": columnsOf(`
    BilledCost:decimal12 BillingAccountId BillingCurrency:code BillingPeriodEnd:time BillingPeriodStart:time ChargeCategory:code
    InvoiceDetailCreated:time InvoiceDetailDescription InvoiceDetailGrain:json InvoiceDetailId InvoiceDetailLastUpdated:time InvoiceId
    InvoiceIssueDate:time InvoiceIssueStatus:code InvoiceIssuerName PaymentDueDate:time PaymentTerms PurchaseOrderNumber
    ReferenceInvoiceId`),
  "billing-period": columnsOf(`
    BillingPeriodCreated:time BillingPeriodEnd:time BillingPeriodLastUpdated:time BillingPeriodStart:time BillingPeriodStatus:code
    InvoiceIssuerName`),
  "contract-commitment": columnsOf(`
    BillingCurrency:code ContractCommitmentApplicability:json ContractCommitmentBenefitCategory:code ContractCommitmentCategory:code
    ContractCommitmentCost:decimal12 ContractCommitmentCreated:time ContractCommitmentDescription ContractCommitmentDiscountPercentage:decimal12
    ContractCommitmentDurationType:code ContractCommitmentFulfillmentInterval:code ContractCommitmentId ContractCommitmentLastUpdated:time
    ContractCommitmentLifecycleStatus:code ContractCommitmentModel:code ContractCommitmentOfferCategory:code
    ContractCommitmentPaymentInterval:code ContractCommitmentPaymentModel:code ContractCommitmentPeriodEnd:time
    ContractCommitmentPeriodStart:time ContractCommitmentQuantity:decimal12 ContractCommitmentType ContractCommitmentUnit:code
    ContractId ContractPeriodEnd:time ContractPeriodStart:time InvoiceIssuerName ServiceProviderName`),
} as const;
