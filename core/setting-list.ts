import { accessSettings } from "./access-settings.ts";
import { isTimeZone } from "./calendar.ts";
import { isCurrency } from "./currencies.ts";
import { moneySettings } from "./money-settings.ts";
import { requestSettings } from "./request-settings.ts";
import { parseExecTime } from "./schedule.ts";
import type { SettingDefinition } from "./setting-definition.ts";

const wholeNumber = (value: string, range: { min: number; max: number }): boolean =>
  /^(0|[1-9]\d{0,9})$/.test(value) && Number(value) >= range.min && Number(value) <= range.max;
const live = { applies: "live", fixed_by_usage: false } as const;
const zone = {
  unit: "time zone",
  expected: "a zone of the tz database, such as Europe/Amsterdam",
  accepts: isTimeZone,
};

const isTruth = (value: string): boolean => value === "true" || value === "false";
const isMailAddress = (value: string): boolean => /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,255}$/.test(value);

const registry = [
  {
    name: "usage.stats.job.exec.time",
    default: "00:15",
    unit: "HH:MM",
    meaning: "Wall-clock time at which the aggregation job starts, in usage.execution.timezone.",
    expected: "HH:MM between 00:00 and 23:59",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => parseExecTime(value) !== null,
  },
  {
    name: "usage.execution.timezone",
    default: "UTC",
    meaning: "Zone whose wall clock usage.stats.job.exec.time is read on.",
    applies: "live",
    fixed_by_usage: false,
    ...zone,
  },
  {
    name: "usage.aggregation.timezone",
    default: "UTC",
    meaning:
      "Zone of the windows and billing months of accounts that name none themselves. A change counts from each account's next month start on.",
    applies: "live",
    fixed_by_usage: false,
    ...zone,
  },
  {
    name: "usage.stats.job.aggregation.range",
    default: "1440",
    unit: "minutes",
    meaning:
      "Length of a usage window: 1440 is a local day (23 or 25 hours when clocks move), 60 a local hour. A change counts from each zone's next month start on.",
    expected: "a whole number of minutes from 1 to 1440 that divides a day of 1440",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => wholeNumber(value, { min: 1, max: 1440 }) && 1440 % Number(value) === 0,
  },
  {
    name: "usage.job.lease",
    default: "300",
    unit: "seconds",
    meaning: "A run that gave no sign of life for so long is failed, and the next one takes over.",
    expected: "a whole number of seconds from 10 to 86400",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => wholeNumber(value, { min: 10, max: 86_400 }),
  },
  {
    name: "usage.job.overdue",
    default: "2",
    unit: "runs",
    meaning:
      "So many scheduled runs in a row not done make the job overdue: an error in the log, and in /readyz and metrics.",
    expected: "a whole number of runs from 1 to 1000",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => wholeNumber(value, { min: 1, max: 1000 }),
  },
  {
    name: "usage.sanity.check.interval",
    default: "1",
    unit: "days",
    meaning: "How often what is published is checked for what cannot be right; 0 = never by itself.",
    expected: "a whole number of days from 0 to 366",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => wholeNumber(value, { min: 0, max: 366 }),
  },
  {
    name: "billing.currency",
    default: "EUR",
    unit: "ISO 4217 code",
    meaning: "Currency of accounts that name none themselves.",
    expected: "a current ISO 4217 code in capitals, such as EUR",
    applies: "live",
    fixed_by_usage: true,
    accepts: isCurrency,
  },
  {
    name: "rating.default.rate.card",
    default: "default",
    unit: "rate card id",
    meaning: "Rate card of accounts that are on none themselves.",
    expected: "the id of a rate card: 1 to 128 letters, digits, dots, dashes or underscores",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => /^[\w.-]{1,128}$/.test(value),
  },
  ...moneySettings,
  ...accessSettings,
  ...requestSettings,
  {
    name: "export.provider.name",
    default: "Tallyhouse",
    unit: "name",
    meaning: "Who provides the services and bills them, in exports, where no final document says it.",
    expected: "1 to 200 characters",
    ...live,
    accepts: (value) => value.trim() !== "" && value.length <= 200,
  },
  {
    name: "export.focus.services",
    default: "",
    unit: "list",
    meaning: "Under which service category of FOCUS usage types that were added go; those not named are Other.",
    expected: "type=Category/Subcategory, parted by commas, such as 2001=Databases/Caching,2002=Security; empty = none",
    ...live,
    accepts: (value) => value.length <= 4000 && /^(\s*\d{1,5}=[A-Za-z ()]+(\/[A-Za-z ()]+)?\s*(,|$))*$/.test(value),
  },
  {
    name: "usage.close.grace",
    default: "2",
    unit: "days",
    meaning: "How long after its end a billing period waits for late facts before it is due to close.",
    expected: "a whole number of days from 0 to 366",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => wholeNumber(value, { min: 0, max: 366 }),
  },
  {
    name: "ingest.retention.horizon",
    default: "3660",
    unit: "days",
    meaning: "Events that happened longer ago are put in quarantine.",
    expected: "a whole number of days from 1 to 36600",
    applies: "restart",
    fixed_by_usage: false,
    accepts: (value) => wholeNumber(value, { min: 1, max: 36_600 }),
  },
  {
    name: "retention.events.days",
    default: "0",
    unit: "days",
    meaning:
      "Raw events of months (UTC) that are so long over and closed move to archive files; 0 keeps them in the store for ever. Records, statements and ids stay.",
    expected: "0, or a whole number of days from 31 to 36600",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => value === "0" || wholeNumber(value, { min: 31, max: 36_600 }),
  },
  {
    name: "documents.fonts.folder",
    default: "",
    unit: "folder",
    meaning:
      "Folder with fonts for PDF statements, beside those of the machine (CJK and Arabic are in none by default: see tally doctor).",
    expected: "an absolute path, or nothing",
    applies: "restart",
    fixed_by_usage: false,
    accepts: (value) => value === "" || (value.startsWith("/") && value.length <= 1024),
  },
  {
    name: "notifications.mail.from",
    default: "",
    unit: "mail address",
    meaning: "Sender of mail; nothing = the name of TALLY_SMTP_URL's user.",
    expected: "a mail address, or nothing",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => value === "" || isMailAddress(value),
  },
  {
    name: "notifications.mail.operators",
    default: "",
    unit: "mail addresses",
    meaning: "Who gets mail about periods closed, budgets, exports, balances and findings that block closing.",
    expected: "mail addresses separated by commas, or nothing",
    applies: "live",
    fixed_by_usage: false,
    accepts: (value) => value === "" || value.split(",").every((one) => isMailAddress(one.trim())),
  },
  {
    name: "notifications.mail.customers",
    default: "false",
    unit: "true or false",
    meaning: "Whether payers get mail of their statements and balances, at the address of their billing profile.",
    expected: "true or false",
    applies: "live",
    fixed_by_usage: false,
    accepts: isTruth,
  },
  {
    name: "notifications.private.addresses",
    default: "false",
    unit: "true or false",
    meaning: "Whether webhooks may go to addresses of this machine and of private networks.",
    expected: "true or false",
    applies: "live",
    fixed_by_usage: false,
    accepts: isTruth,
  },
] as const satisfies readonly SettingDefinition[];

/** The registry: there are no other settings than these. */
export const settingDefinitions: readonly SettingDefinition[] = registry;
export type SettingName = (typeof registry)[number]["name"];
