// Made from the description of the API by `npm run openapi`; a test compares.
import type * as nouns from "./nouns.ts";

/** Where each operation is. */
export const routes = {
  getOpenApi: ["GET", "/openapi.json"],
  getHealth: ["GET", "/healthz"],
  getReadiness: ["GET", "/readyz"],
  openSession: ["POST", "/v1/session"],
  getSession: ["GET", "/v1/session"],
  endSession: ["DELETE", "/v1/session"],
  getClientApi: ["GET", "/client/api"],
  postClientApi: ["POST", "/client/api"],
  listJobs: ["GET", "/v1/jobs"],
  getMetrics: ["GET", "/metrics"],
  postEvents: ["POST", "/v1/events"],
  checkEvents: ["POST", "/v1/events/check"],
  getEvent: ["GET", "/v1/events/{source}/{id}"],
  countEvents: ["GET", "/v1/event-counts"],
  listUsageRecords: ["GET", "/v1/usage-records"],
  summarizeUsage: ["GET", "/v1/usage-summary"],
  listUsageTypes: ["GET", "/v1/usage-types"],
  addUsageType: ["POST", "/v1/usage-types"],
  startRun: ["POST", "/v1/runs"],
  listRuns: ["GET", "/v1/runs"],
  getRun: ["GET", "/v1/runs/{id}"],
  getRunDiff: ["GET", "/v1/runs/{id}/diff"],
  repeatRun: ["POST", "/v1/runs/{id}/repeat"],
  listPeriods: ["GET", "/v1/periods"],
  getPeriodReadiness: ["GET", "/v1/periods/{period}/readiness"],
  closePeriod: ["POST", "/v1/periods/{period}/close"],
  listOperations: ["GET", "/v1/operations"],
  getOperation: ["GET", "/v1/operations/{id}"],
  listArchives: ["GET", "/v1/archives"],
  archiveEvents: ["POST", "/v1/archives"],
  restoreArchive: ["POST", "/v1/archives/{month}/restore"],
  eraseAccountNames: ["POST", "/v1/accounts/{id}/erase"],
  listRateCards: ["GET", "/v1/rate-cards"],
  getRateCard: ["GET", "/v1/rate-cards/{id}"],
  putRateCard: ["PUT", "/v1/rate-cards/{id}"],
  listRateCardVersions: ["GET", "/v1/rate-cards/{id}/versions"],
  putRateCardState: ["PUT", "/v1/rate-cards/{id}/versions/{version}/state"],
  listTariffs: ["GET", "/v1/tariffs"],
  getTariff: ["GET", "/v1/rate-cards/{id}/tariffs/{tariff_id}"],
  putTariff: ["PUT", "/v1/rate-cards/{id}/tariffs/{tariff_id}"],
  deleteTariff: ["DELETE", "/v1/rate-cards/{id}/tariffs/{tariff_id}"],
  getAccountRateCard: ["GET", "/v1/accounts/{id}/rate-card"],
  putAccountRateCard: ["PUT", "/v1/accounts/{id}/rate-card"],
  getDomainRateCard: ["GET", "/v1/domains/{id}/rate-card"],
  putDomainRateCard: ["PUT", "/v1/domains/{id}/rate-card"],
  previewRates: ["POST", "/v1/rate-preview"],
  listBillingRecords: ["GET", "/v1/billing-records"],
  getBillingRecord: ["GET", "/v1/billing-records/{id}"],
  listStatements: ["GET", "/v1/statements"],
  getStatement: ["GET", "/v1/statements/{id}"],
  summarizeBilling: ["GET", "/v1/billing-summary"],
  getStatementReadiness: ["GET", "/v1/periods/{period}/statement-readiness"],
  finalizePeriod: ["POST", "/v1/periods/{period}/finalize"],
  finalizeStatement: ["POST", "/v1/statements/{id}/finalize"],
  voidStatement: ["POST", "/v1/statements/{id}/void"],
  reissueStatement: ["POST", "/v1/statements/{id}/reissue"],
  writeOffStatement: ["POST", "/v1/statements/{id}/write-off"],
  listIssuers: ["GET", "/v1/issuers"],
  getIssuer: ["GET", "/v1/issuers/{id}"],
  putIssuer: ["PUT", "/v1/issuers/{id}"],
  getBillingProfile: ["GET", "/v1/accounts/{id}/billing-profile"],
  putBillingProfile: ["PUT", "/v1/accounts/{id}/billing-profile"],
  listTaxRates: ["GET", "/v1/tax-rates"],
  getTaxRate: ["GET", "/v1/tax-rates/{id}"],
  putTaxRate: ["PUT", "/v1/tax-rates/{id}"],
  forecastPeriod: ["GET", "/v1/forecast"],
  listBudgets: ["GET", "/v1/budgets"],
  createBudget: ["POST", "/v1/budgets"],
  listAllBudgetNotices: ["GET", "/v1/budget-notices"],
  getBudget: ["GET", "/v1/budgets/{id}"],
  putBudget: ["PUT", "/v1/budgets/{id}"],
  deleteBudget: ["DELETE", "/v1/budgets/{id}"],
  listBudgetNotices: ["GET", "/v1/budgets/{id}/notices"],
  listWebhooks: ["GET", "/v1/webhooks"],
  createWebhook: ["POST", "/v1/webhooks"],
  rotateWebhookSecret: ["POST", "/v1/webhooks/{id}/rotate"],
  revokeWebhook: ["DELETE", "/v1/webhooks/{id}"],
  listNotifications: ["GET", "/v1/notifications"],
  resendNotification: ["POST", "/v1/notifications/{id}/resend"],
  listCredits: ["GET", "/v1/credits"],
  grantCredit: ["POST", "/v1/credits"],
  getCredit: ["GET", "/v1/credits/{id}"],
  endCredit: ["POST", "/v1/credits/{id}/end"],
  listPayments: ["GET", "/v1/payments"],
  bookPayment: ["POST", "/v1/payments"],
  listRefunds: ["GET", "/v1/refunds"],
  bookRefund: ["POST", "/v1/refunds"],
  listBalances: ["GET", "/v1/balances"],
  listLedgerEntries: ["GET", "/v1/ledger"],
  listBalanceNotices: ["GET", "/v1/balance-notices"],
  getBalanceThreshold: ["GET", "/v1/accounts/{id}/balance-threshold"],
  putBalanceThreshold: ["PUT", "/v1/accounts/{id}/balance-threshold"],
  explainStatementLine: ["GET", "/v1/statements/{id}/lines/{line}/explain"],
  explainBillingRecord: ["GET", "/v1/billing-records/{id}/explain"],
  createExport: ["POST", "/v1/exports"],
  listExports: ["GET", "/v1/exports"],
  getExport: ["GET", "/v1/exports/{id}"],
  removeExport: ["DELETE", "/v1/exports/{id}"],
  getExportFile: ["GET", "/v1/exports/{id}/file"],
  getBillingRecordHistory: ["GET", "/v1/billing-records/{id}/history"],
  listAccounts: ["GET", "/v1/accounts"],
  createAccount: ["POST", "/v1/accounts"],
  getAccount: ["GET", "/v1/accounts/{id}"],
  putAccount: ["PUT", "/v1/accounts/{id}"],
  listSettings: ["GET", "/v1/settings"],
  getSetting: ["GET", "/v1/settings/{name}"],
  putSetting: ["PUT", "/v1/settings/{name}"],
  listQuarantine: ["GET", "/v1/quarantine"],
  getQuarantined: ["GET", "/v1/quarantine/{id}"],
  replayQuarantined: ["POST", "/v1/quarantine/{id}/replay"],
  listFindings: ["GET", "/v1/findings"],
  checkSanity: ["POST", "/v1/findings/check"],
  acceptFinding: ["POST", "/v1/findings/{id}/accept"],
  takeInventory: ["POST", "/v1/inventory"],
  getInventory: ["GET", "/v1/inventory/{id}"],
  acceptInventory: ["POST", "/v1/inventory/{id}/accept"],
  rejectInventory: ["POST", "/v1/inventory/{id}/reject"],
  listKeys: ["GET", "/v1/keys"],
  createKey: ["POST", "/v1/keys"],
  revokeKey: ["DELETE", "/v1/keys/{id}"],
  createBackup: ["POST", "/v1/backups"],
  getBackup: ["GET", "/v1/backups/{id}"],
  listAudit: ["GET", "/v1/audit"],
  listUsers: ["GET", "/v1/users"],
  createUser: ["POST", "/v1/users"],
  getUser: ["GET", "/v1/users/{id}"],
  putUser: ["PUT", "/v1/users/{id}"],
  putUserPassword: ["PUT", "/v1/users/{id}/password"],
  listDomains: ["GET", "/v1/domains"],
  createDomain: ["POST", "/v1/domains"],
  getDomain: ["GET", "/v1/domains/{id}"],
  putDomain: ["PUT", "/v1/domains/{id}"],
  putOwnPassword: ["PUT", "/v1/session/password"],
} as const;

/** What each operation takes and answers. */
export interface Operations {
  getOpenApi: { answer: { readonly openapi: string } };
  getHealth: { answer: nouns.Health };
  getReadiness: { answer: nouns.Readiness };
  openSession: { body: nouns.Login; answer: nouns.SignedIn };
  getSession: { answer: nouns.SignedIn };
  endSession: { answer: nouns.SignedIn };
  getClientApi: { query?: { command?: string; response?: string; apiKey?: string; signature?: string; signatureVersion?: string; expires?: string; sessionkey?: string }; answer: object };
  postClientApi: { query?: { command?: string; response?: string; apiKey?: string; signature?: string; signatureVersion?: string; expires?: string; sessionkey?: string }; answer: object };
  listJobs: { answer: nouns.JobList };
  getMetrics: { answer: unknown };
  postEvents: { body: nouns.CloudEvent | readonly (nouns.CloudEvent)[]; answer: nouns.IngestOutcome };
  checkEvents: { body: nouns.CloudEvent | readonly (nouns.CloudEvent)[]; answer: nouns.EventCheck };
  getEvent: { path: { source: string; id: string }; answer: nouns.KeptEventList };
  countEvents: { query: { from: string; to: string; step?: "minute" | "hour" | "day" }; answer: nouns.EventCountList };
  listUsageRecords: { query: { from: string; to: string; account_id?: readonly (string)[]; usage_type?: readonly (number)[]; resource?: readonly (string)[]; live?: boolean; basis?: "usage" | "billing"; clip?: boolean; cursor?: string; limit?: number }; answer: nouns.UsageRecordPage };
  summarizeUsage: { query: { from: string; to: string; account_id?: readonly (string)[]; usage_type?: readonly (number)[]; resource?: readonly (string)[]; live?: boolean; basis?: "usage" | "billing"; clip?: boolean; group_by?: readonly (string)[]; time_zone?: string; limit?: number }; answer: nouns.UsageSummary };
  listUsageTypes: { answer: nouns.UsageTypeList };
  addUsageType: { body: nouns.UsageTypeInput; answer: nouns.UsageType };
  startRun: { body: nouns.RunRequest; answer: nouns.Run };
  listRuns: { query?: { cursor?: string; limit?: number }; answer: nouns.RunPage };
  getRun: { path: { id: string }; answer: nouns.Run };
  getRunDiff: { path: { id: string }; query?: { account_id?: readonly (string)[]; by?: "account" | "record"; cursor?: string; limit?: number }; answer: nouns.UsageDifferencePage | nouns.RatingDiffByAccount | nouns.RatingDiffByRecord };
  repeatRun: { path: { id: string }; answer: nouns.Repetition | nouns.Operation };
  listPeriods: { query?: { account_id?: string; cursor?: string; limit?: number }; answer: nouns.BillingPeriodPage };
  getPeriodReadiness: { path: { period: string }; query?: { account_id?: string; cursor?: string; limit?: number }; answer: nouns.PeriodReadinessPage };
  closePeriod: { path: { period: string }; body: nouns.CloseRequest; answer: nouns.CloseOutcome | nouns.Operation };
  listOperations: { query?: { state?: "running" | "succeeded" | "failed"; cursor?: string; limit?: number }; answer: nouns.OperationPage };
  getOperation: { path: { id: string }; answer: nouns.Operation };
  listArchives: { answer: nouns.ArchiveList };
  archiveEvents: { body: nouns.ArchiveOrder; answer: nouns.ArchiveOutcome | nouns.Operation };
  restoreArchive: { path: { month: string }; answer: nouns.RestoreOutcome | nouns.Operation };
  eraseAccountNames: { path: { id: string }; answer: nouns.Erasure | nouns.Operation };
  listRateCards: { answer: nouns.RateCardList };
  getRateCard: { path: { id: string }; query?: { version?: number }; answer: nouns.RateCard };
  putRateCard: { path: { id: string }; body: nouns.RateCardInput; answer: nouns.RateCard };
  listRateCardVersions: { path: { id: string }; answer: nouns.RateCardList };
  putRateCardState: { path: { id: string; version: string }; body: nouns.CardStateChange; answer: nouns.RateCard };
  listTariffs: { query?: { rate_card_id?: string }; answer: nouns.TariffList };
  getTariff: { path: { id: string; tariff_id: string }; answer: nouns.CardTariff };
  putTariff: { path: { id: string; tariff_id: string }; body: nouns.TariffInput; answer: nouns.CardTariff };
  deleteTariff: { path: { id: string; tariff_id: string }; answer: nouns.CardTariff };
  getAccountRateCard: { path: { id: string }; query?: { period?: string }; answer: nouns.AccountRateCard };
  putAccountRateCard: { path: { id: string }; body: nouns.RateCardChoice; answer: nouns.CardAssignment };
  getDomainRateCard: { path: { id: string }; answer: nouns.DomainRateCard };
  putDomainRateCard: { path: { id: string }; body: nouns.DomainRateCardChoice; answer: nouns.CardAssignment };
  previewRates: { body: nouns.RatePreviewRequest; answer: nouns.RatePreview };
  listBillingRecords: { query: { period: string; account_id?: string; payer_account_id?: string; usage_type?: number; tariff_id?: string; state?: "rated" | "unrated"; usage_record_id?: string; cursor?: string; limit?: number }; answer: nouns.BillingRecordPage };
  getBillingRecord: { path: { id: string }; answer: nouns.BillingRecord };
  listStatements: { query: { period: string; account_id?: string; lines?: boolean; cursor?: string; limit?: number }; answer: nouns.StatementPage };
  getStatement: { path: { id: string }; query?: { format?: "json" | "pdf" | "html" | "csv" | "ubl" }; answer: nouns.Statement };
  summarizeBilling: { query: { from_period?: string; to_period: string; payer_account_id?: readonly (string)[]; account_id?: readonly (string)[]; kind?: readonly (string)[]; group_by?: readonly (string)[]; limit?: number }; answer: nouns.BillingSummary };
  getStatementReadiness: { path: { period: string }; query?: { account_id?: string; cursor?: string; limit?: number }; answer: nouns.StatementReadinessPage };
  finalizePeriod: { path: { period: string }; body: nouns.FinalizePeriodRequest; answer: nouns.FinalizeOutcome | nouns.Operation };
  finalizeStatement: { path: { id: string }; body: nouns.FinalizeStatementRequest; answer: nouns.Statement };
  voidStatement: { path: { id: string }; body: nouns.VoidStatementRequest; answer: nouns.Statement };
  reissueStatement: { path: { id: string }; body: nouns.FinalizeStatementRequest; answer: nouns.Statement };
  writeOffStatement: { path: { id: string }; body: nouns.VoidStatementRequest; answer: nouns.Statement };
  listIssuers: { answer: nouns.IssuerList };
  getIssuer: { path: { id: string }; answer: nouns.Issuer };
  putIssuer: { path: { id: string }; body: nouns.IssuerInput; answer: nouns.Issuer };
  getBillingProfile: { path: { id: string }; answer: nouns.BillingProfile };
  putBillingProfile: { path: { id: string }; body: nouns.BillingProfileInput; answer: nouns.BillingProfile };
  listTaxRates: { answer: nouns.TaxRateList };
  getTaxRate: { path: { id: string }; answer: nouns.TaxRate };
  putTaxRate: { path: { id: string }; body: nouns.TaxRateInput; answer: nouns.TaxRate };
  forecastPeriod: { query: { period: string; account_id?: readonly (string)[]; payer_account_id?: readonly (string)[]; limit?: number }; answer: nouns.Forecast };
  listBudgets: { answer: nouns.BudgetList };
  createBudget: { body: nouns.BudgetInput; answer: nouns.Budget };
  listAllBudgetNotices: { query?: { period?: string; cursor?: string; limit?: number }; answer: nouns.BudgetNoticePage };
  getBudget: { path: { id: string }; answer: nouns.Budget };
  putBudget: { path: { id: string }; body: nouns.BudgetChange; answer: nouns.Budget };
  deleteBudget: { path: { id: string }; answer: nouns.Budget };
  listBudgetNotices: { path: { id: string }; query?: { period?: string; cursor?: string; limit?: number }; answer: nouns.BudgetNoticePage };
  listWebhooks: { answer: nouns.WebhookList };
  createWebhook: { body: nouns.WebhookInput; answer: nouns.WebhookSecret };
  rotateWebhookSecret: { path: { id: string }; answer: nouns.WebhookSecret };
  revokeWebhook: { path: { id: string }; answer: nouns.Webhook };
  listNotifications: { query?: { state?: "waiting" | "sending" | "delivered" | "retry" | "failed" | "unknown" | "asked"; fact?: "statement.finalized" | "statement.voided" | "period.closed" | "budget.reached" | "balance.low" | "balance.empty" | "export.completed" | "findings.blocking"; cursor?: string; limit?: number }; answer: nouns.NotificationPage };
  resendNotification: { path: { id: string }; answer: nouns.Notification };
  listCredits: { query?: { payer_account_id?: string; cursor?: string; limit?: number }; answer: nouns.CreditPage };
  grantCredit: { body: nouns.CreditInput; answer: nouns.Credit };
  getCredit: { path: { id: string }; answer: nouns.DrawnCredit };
  endCredit: { path: { id: string }; body: nouns.CreditEnd; answer: nouns.Credit };
  listPayments: { query?: { payer_account_id?: string; cursor?: string; limit?: number }; answer: nouns.PaymentPage };
  bookPayment: { body: nouns.PaymentInput; answer: nouns.Payment };
  listRefunds: { query?: { payer_account_id?: string; cursor?: string; limit?: number }; answer: nouns.RefundPage };
  bookRefund: { body: nouns.RefundInput; answer: nouns.Refund };
  listBalances: { query?: { account_id?: string; at?: string; cursor?: string; limit?: number }; answer: nouns.BalancePage };
  listLedgerEntries: { query?: { payer_account_id?: string; currency?: string; ledger_account?: string; kind?: string; period?: string; statement_id?: string; from?: string; to?: string; cursor?: string; limit?: number }; answer: nouns.LedgerEntryPage };
  listBalanceNotices: { query?: { payer_account_id?: string; cursor?: string; limit?: number }; answer: nouns.BalanceNoticePage };
  getBalanceThreshold: { path: { id: string }; answer: nouns.BalanceThreshold };
  putBalanceThreshold: { path: { id: string }; body: nouns.BalanceThresholdChange; answer: nouns.BalanceThreshold };
  explainStatementLine: { path: { id: string; line: string }; query?: { cursor?: string; limit?: number; slices?: number }; answer: nouns.Explanation };
  explainBillingRecord: { path: { id: string }; query?: { slices?: number }; answer: nouns.Explanation };
  createExport: { body: nouns.ExportInput; answer: nouns.Export };
  listExports: { query?: { cursor?: string; limit?: number }; answer: nouns.ExportPage };
  getExport: { path: { id: string }; answer: nouns.Export };
  removeExport: { path: { id: string }; answer: nouns.Export };
  getExportFile: { path: { id: string }; query?: { name?: string }; answer: string };
  getBillingRecordHistory: { path: { id: string }; answer: nouns.BillingHistory };
  listAccounts: { query?: { cursor?: string; limit?: number }; answer: nouns.AccountPage };
  createAccount: { body: nouns.NewAccount; answer: nouns.Account };
  getAccount: { path: { id: string }; answer: nouns.Account };
  putAccount: { path: { id: string }; body: nouns.AccountUpdate; answer: nouns.Account };
  listSettings: { answer: nouns.SettingList };
  getSetting: { path: { name: string }; answer: nouns.Setting };
  putSetting: { path: { name: string }; body: nouns.SettingValue; answer: nouns.Setting };
  listQuarantine: { query?: { cursor?: string; limit?: number }; answer: nouns.QuarantinePage };
  getQuarantined: { path: { id: string }; answer: nouns.QuarantineEntry };
  replayQuarantined: { path: { id: string }; answer: nouns.IngestOutcome };
  listFindings: { query?: { check?: string; state?: "open" | "resolved" | "accepted"; severity?: "error" | "warning" | "info"; account_id?: string; resource?: string; from?: string; to?: string; cursor?: string; limit?: number }; answer: nouns.SanityFindingPage };
  checkSanity: { answer: nouns.SanityResult | nouns.Operation };
  acceptFinding: { path: { id: string }; body: nouns.FindingAcceptance; answer: nouns.SanityFinding };
  takeInventory: { body: nouns.InventoryRequest; answer: nouns.InventoryReport };
  getInventory: { path: { id: string }; query?: { cursor?: string; limit?: number }; answer: nouns.InventoryReport };
  acceptInventory: { path: { id: string }; body: nouns.InventoryAcceptance; answer: nouns.InventoryReport };
  rejectInventory: { path: { id: string }; body: nouns.InventoryRejection; answer: nouns.InventoryReport };
  listKeys: { answer: nouns.ApiKeyList };
  createKey: { body: nouns.NewKey; answer: nouns.MadeKey };
  revokeKey: { path: { id: string }; answer: nouns.ApiKey };
  createBackup: { body: nouns.BackupInput; answer: nouns.Backup };
  getBackup: { path: { id: string }; answer: nouns.Backup };
  listAudit: { query?: { from?: string; to?: string; caller_id?: string; operation?: string; refused?: boolean; cursor?: string; limit?: number }; answer: nouns.AuditPage };
  listUsers: { query?: { account_id?: string; domain?: string }; answer: nouns.UserList };
  createUser: { body: nouns.NewUser; answer: nouns.User };
  getUser: { path: { id: string }; answer: nouns.User };
  putUser: { path: { id: string }; body: nouns.UserUpdate; answer: nouns.User };
  putUserPassword: { path: { id: string }; body: nouns.NewPassword; answer: nouns.User };
  listDomains: { answer: nouns.DomainList };
  createDomain: { body: nouns.NewDomain; answer: nouns.Domain };
  getDomain: { path: { id: string }; answer: nouns.Domain };
  putDomain: { path: { id: string }; body: nouns.DomainUpdate; answer: nouns.Domain };
  putOwnPassword: { body: nouns.OwnPassword; answer: nouns.SignedIn };
}
