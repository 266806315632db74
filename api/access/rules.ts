import type { OperationId } from "../client/client.ts";
import type { Role } from "./roles.ts";

const admin: readonly Role[] = ["admin"];
const billing: readonly Role[] = ["admin", "finance"];
const staff: readonly Role[] = ["admin", "finance", "auditor"];
/** Who looks at how the installation is run. */
const overseers: readonly Role[] = ["admin", "auditor"];
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

  listSettings: overseers,
  getSetting: overseers,
  putSetting: admin,
  listKeys: overseers,
  createBackup: admin,
  getBackup: admin,
  createKey: admin,
  revokeKey: admin,
  listUsers: [...overseers, "domain-admin", "account"],
  getUser: [...overseers, "domain-admin", "account"],
  createUser: admin,
  putUser: admin,
  putUserPassword: admin,
  listDomains: [...staff, "domain-admin"],
  getDomain: [...staff, "domain-admin"],
  createDomain: admin,
  putDomain: admin,

  listAudit: overseers,

  getSession: [...everyReader, "producer"],
  endSession: [...everyReader, "producer"],
  putOwnPassword: everyReader,
};

/** Whether a role may use a route; one without an operationId, or without a line, is closed. */
export function mayUse(role: Role, operation: string | undefined): boolean {
  return (
    operation !== undefined && Object.hasOwn(routeRules, operation) && (routeRules[operation]?.includes(role) ?? false)
  );
}

/** Of a command that works on the data directory itself: who can read that owns it, and no server can be asked instead. */
export const dataDirectory = "data directory";

/** What a command asks for, each by its operationId, or that it needs the data directory. */
export type CommandLine = readonly OperationId[] | typeof dataDirectory;

/**
 * What each command of `tally` may ask for: so who may use it follows from the rules above. What has no line is refused, and so is
 * whatever else a command asks for. Of long work it asks how far it is.
 */
export const commandRules: Readonly<Record<string, CommandLine>> = {
  serve: dataDirectory,
  demo: dataDirectory,
  doctor: dataDirectory,
  restore: dataDirectory,
  migrate: dataDirectory,
  completion: [],

  ingest: ["postEvents"],
  replay: ["postEvents"],
  backfill: ["checkEvents", "postEvents"],
  "quarantine list": ["listQuarantine"],
  "quarantine show": ["getQuarantined"],
  "quarantine replay": ["replayQuarantined"],
  "findings list": ["listFindings"],
  "findings accept": ["acceptFinding"],
  "findings check": ["checkSanity", "getOperation"],
  inventory: ["takeInventory", "acceptInventory"],
  "usage-types list": ["listUsageTypes"],
  "usage-types add": ["addUsageType"],

  aggregate: ["startRun", "getRun"],
  rate: ["startRun", "getRun"],
  repeat: ["repeatRun", "getOperation"],
  diff: ["getRunDiff"],
  close: ["getPeriodReadiness", "closePeriod", "getOperation"],
  archive: ["archiveEvents", "getOperation"],
  "archive list": ["listArchives"],
  "archive restore": ["restoreArchive", "getOperation"],
  erase: ["eraseAccountNames", "getOperation"],

  usage: ["summarizeUsage"],
  forecast: ["forecastPeriod"],
  statement: ["listStatements", "getStatement", "listUsageTypes"],
  explain: ["explainStatementLine", "explainBillingRecord", "listUsageTypes"],
  finalize: ["finalizePeriod", "getOperation"],
  void: ["voidStatement", "getOperation"],
  reissue: ["reissueStatement", "getOperation"],
  "write-off": ["writeOffStatement", "getOperation"],
  "export usage": ["createExport", "getExport", "getExportFile"],
  "export billing": ["createExport", "getExport", "getExportFile"],
  "export focus": ["createExport", "getExport", "getExportFile"],
  "export journal": ["createExport", "getExport", "getExportFile"],

  "rate-cards list": ["listRateCards", "listRateCardVersions"],
  "rate-cards show": ["getRateCard"],
  "rate-cards export": ["getRateCard"],
  "rate-cards preview": ["previewRates"],
  "rate-cards import": ["getRateCard", "putRateCard"],
  "rate-cards activate": ["getRateCard", "putRateCardState"],
  "rate-cards archive": ["getRateCard", "putRateCardState"],
  "issuer list": ["listIssuers"],
  "issuer show": ["getIssuer"],
  "issuer put": ["getIssuer", "putIssuer"],
  "profile show": ["getBillingProfile"],
  "profile put": ["getBillingProfile", "putBillingProfile"],
  "tax-rates list": ["listTaxRates"],
  "tax-rates show": ["getTaxRate"],
  "tax-rates put": ["getTaxRate", "putTaxRate"],

  "budgets list": ["listBudgets"],
  "budgets add": ["createBudget"],
  "budgets remove": ["getBudget", "deleteBudget"],
  "budgets notices": ["listAllBudgetNotices", "listBudgetNotices"],
  "credits list": ["listCredits"],
  "credits add": ["grantCredit"],
  "credits show": ["getCredit"],
  "credits end": ["endCredit"],
  "payments list": ["listPayments"],
  "payments add": ["bookPayment"],
  "refunds list": ["listRefunds"],
  "refunds add": ["bookRefund"],
  balances: ["listBalances"],
  ledger: ["listLedgerEntries"],

  "webhooks list": ["listWebhooks"],
  "webhooks create": ["createWebhook"],
  "webhooks rotate": ["rotateWebhookSecret"],
  "webhooks revoke": ["revokeWebhook"],
  "notifications list": ["listNotifications"],
  "notifications resend": ["resendNotification"],

  "import accounts": ["putAccount"],
  "settings list": ["listSettings"],
  "settings get": ["getSetting"],
  "settings set": ["putSetting"],
  "keys list": ["listKeys"],
  "keys create": ["createKey"],
  "keys revoke": ["revokeKey"],
  "users list": ["listUsers"],
  "users create": ["createUser", "putUserPassword"],
  "users set": ["putUser", "putUserPassword"],
  "domains list": ["listDomains"],
  "domains create": ["createDomain"],
  "domains set": ["putDomain"],
  "domains delete": ["putDomain"],
  backup: ["createBackup", "getOperation"],
};
