import type { Role } from "./roles.ts";

const admin: readonly Role[] = ["admin"];
const billing: readonly Role[] = ["admin", "finance"];
const staff: readonly Role[] = ["admin", "finance", "auditor"];
/** Roles that see the records of some accounts alone: such a route filters by `scopeOf`. */
const everyReader: readonly Role[] = [...staff, "domain-admin", "account"];
const senders: readonly Role[] = ["admin", "producer"];

/**
 * Who may use a route, by operationId. What has no line is closed to all, and so is a role that is not named. A line that names
 * `account` or `domain-admin` promises that the route answers of their accounts alone; test/api/access/matrix.test.ts holds it to that.
 */
export const routeRules: Readonly<Record<string, readonly Role[]>> = {
  listJobs: staff,
  getMetrics: staff,

  postEvents: senders,
  checkEvents: [...senders, "finance"],
  countEvents: staff,
  getEvent: everyReader,
  takeInventory: senders,
  getInventory: staff,
  acceptInventory: billing,
  rejectInventory: billing,
  listQuarantine: staff,
  getQuarantined: staff,
  replayQuarantined: billing,
  listFindings: staff,
  checkSanity: billing,
  acceptFinding: billing,

  listUsageTypes: everyReader,
  addUsageType: admin,
  listUsageRecords: everyReader,
  summarizeUsage: everyReader,

  startRun: billing,
  repeatRun: billing,
  listRuns: staff,
  getRun: staff,
  getRunDiff: staff,
  listPeriods: staff,
  getPeriodReadiness: staff,
  closePeriod: billing,
  listArchives: staff,
  archiveEvents: admin,
  restoreArchive: admin,
  eraseAccountNames: admin,

  listAccounts: everyReader,
  getAccount: everyReader,
  createAccount: billing,
  putAccount: billing,
  listRateCards: staff,
  getRateCard: staff,
  listRateCardVersions: staff,
  putRateCard: billing,
  putRateCardState: billing,
  listTariffs: staff,
  getTariff: staff,
  putTariff: billing,
  deleteTariff: billing,
  getAccountRateCard: staff,
  putAccountRateCard: billing,
  getDomainRateCard: staff,
  putDomainRateCard: billing,
  previewRates: billing,

  summarizeBilling: everyReader,
  listBillingRecords: everyReader,
  getBillingRecord: everyReader,
  getBillingRecordHistory: staff,
  explainBillingRecord: everyReader,
  explainStatementLine: everyReader,
  listStatements: everyReader,
  getStatement: everyReader,
  getStatementReadiness: staff,
  finalizePeriod: billing,
  finalizeStatement: billing,
  voidStatement: billing,
  writeOffStatement: billing,
  reissueStatement: billing,
  listIssuers: staff,
  getIssuer: staff,
  putIssuer: billing,
  getBillingProfile: everyReader,
  putBillingProfile: billing,
  listTaxRates: staff,
  getTaxRate: staff,
  putTaxRate: billing,

  forecastPeriod: everyReader,
  listBudgets: everyReader,
  createBudget: billing,
  listAllBudgetNotices: everyReader,
  getBudget: everyReader,
  putBudget: billing,
  deleteBudget: billing,
  listBudgetNotices: everyReader,

  listCredits: everyReader,
  getCredit: everyReader,
  grantCredit: billing,
  endCredit: billing,
  listPayments: everyReader,
  bookPayment: billing,
  listRefunds: everyReader,
  bookRefund: billing,
  listBalances: everyReader,
  listLedgerEntries: everyReader,
  listBalanceNotices: everyReader,
  getBalanceThreshold: everyReader,
  putBalanceThreshold: billing,

  createExport: billing,
  listExports: staff,
  getExport: staff,
  listOperations: staff,
  getOperation: staff,
  getExportFile: staff,
  removeExport: billing,

  listWebhooks: staff,
  createWebhook: admin,
  rotateWebhookSecret: admin,
  revokeWebhook: admin,
  listNotifications: staff,
  resendNotification: billing,

  listSettings: staff,
  getSetting: staff,
  putSetting: admin,
  listKeys: staff,
  createBackup: admin,
  getBackup: admin,
  createKey: admin,
  revokeKey: admin,
  listUsers: everyReader,
  getUser: everyReader,
  createUser: admin,
  putUser: admin,
  putUserPassword: admin,
  listDomains: [...staff, "domain-admin"],
  getDomain: [...staff, "domain-admin"],
  createDomain: admin,
  putDomain: admin,

  listAudit: ["admin", "auditor"],

  getSession: [...everyReader, "producer"],
  endSession: [...everyReader, "producer"],
};

/** Whether a role may use a route; one without an operationId, or without a line, is closed. */
export function mayUse(role: Role, operation: string | undefined): boolean {
  return (
    operation !== undefined && Object.hasOwn(routeRules, operation) && (routeRules[operation]?.includes(role) ?? false)
  );
}
