import Type from "typebox";
import { accessSettings } from "./access-settings.ts";
import { isTimeZone } from "./calendar.ts";
import type { Clock } from "./clock.ts";
import { isCurrency } from "./currencies.ts";
import { AppError } from "./errors.ts";
import { type InstantMs, instant } from "./instant.ts";
import { moneySettings } from "./money-settings.ts";
import { requestSettings } from "./request-settings.ts";
import { parseExecTime } from "./schedule.ts";
import { field, timeField } from "./insert-lines.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";
import { createSoleControl, type InControl, type Turn } from "./versions.ts";

/** One thing an operator can set. Values are text, as they are typed and stored. */
export interface SettingDefinition {
  readonly name: string;
  readonly default: string;
  /** Of the value: `minutes`, `seconds`, `HH:MM`, … */
  readonly unit: string;
  readonly meaning: string;
  /** What an acceptable value looks like, as the end of the sentence "expected …". */
  readonly expected: string;
  /** `live`: counts from the next use on; `restart`: read when the process starts. */
  readonly applies: "live" | "restart";
  /** Published usage stands on it: it can only be set until something is published. */
  readonly fixed_by_usage: boolean;
  readonly accepts: (value: string) => boolean;
}

/** A setting with the value it has now; version 0 = the default, never set. */
export interface Setting extends Omit<SettingDefinition, "accepts"> {
  readonly value: string;
  readonly version: bigint;
  readonly changed_at: InstantMs | null;
  readonly changed_by: string;
}

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

/** The settings of this installation. One change at a time (ARCHITECTURE: one writer). */
export interface Settings {
  /** The value now. */
  get(name: SettingName): Promise<string>;
  /** All values now, by name. */
  all(): Promise<Record<SettingName, string>>;
  /** A setting as it stands, by a name from outside. @throws AppError unknown-setting */
  find(name: string): Promise<Setting>;
  /**
   * Sets a value and gives the setting as it then stands; the value it already has writes nothing. `if_version`: the version the caller
   * has seen. @throws AppError unknown-setting, invalid-setting, conflict, precondition-failed
   */
  set(name: string, value: string, by: string, options?: { if_version?: string }): Promise<Setting>;
  /** All settings in the registry's order. */
  list(): Promise<Setting[]>;
}

const SettingRow = Type.Object({
  name: Type.String(),
  version: Type.String(),
  value: Type.String(),
  changed_ms: Type.String(),
  changed_by: Type.String(),
});
const selectSettings = defineQuery("core/settings", Type.Object({}), SettingRow);
const countPublished = defineQuery(
  "core/published_usage_exists",
  Type.Object({}),
  Type.Object({ published: Type.Integer() }),
);

const columns = ["name", "version", "value", "changed_at", "changed_by"];

/** The settings in the store; nothing is cached, so a value set counts from the next `get` on. */
export function createSettings({
  store,
  clock,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  inControl?: InControl;
}): Settings {
  async function list(): Promise<Setting[]> {
    const rows = await selectSettings(store.read, {});
    const byName = new Map(rows.map((row) => [row.name, row]));
    return settingDefinitions.map(({ accepts: _accepts, ...definition }) => {
      const row = byName.get(definition.name);
      if (row === undefined)
        return { ...definition, value: definition.default, version: 0n, changed_at: null, changed_by: "" };
      const { value, changed_by } = row;
      return {
        ...definition,
        value,
        version: BigInt(row.version),
        changed_at: instant(Number(row.changed_ms)),
        changed_by,
      };
    });
  }

  async function find(name: string): Promise<Setting> {
    const found = (await list()).find((setting) => setting.name === name);
    if (found === undefined) throw unknownSetting(name);
    return found;
  }

  async function write(
    turn: Turn,
    { name, value, by, if_version }: { name: string; value: string; by: string; if_version?: string },
  ): Promise<Setting> {
    const former = await find(name);
    if (if_version !== undefined && if_version !== former.version.toString())
      throw new AppError("precondition-failed", `${name} is at version ${former.version}, not ${if_version}`, {
        field: "if-match",
      });
    if (former.value === value) return former;
    if (former.fixed_by_usage) await refuseOncePublished(store, name);
    const changed_at = clock.now();
    const next = { ...former, value, version: former.version + 1n, changed_at, changed_by: by };
    const line = [field(name), next.version, field(value), timeField(changed_at), field(by)].join("\t");
    await turn.write({ table: "setting", columns }, `${line}\n`);
    return next;
  }

  return {
    get: async (name) => (await find(name)).value,
    all: async () =>
      Object.fromEntries((await list()).map(({ name, value }) => [name, value])) as Record<SettingName, string>,
    find,
    set: async (name, value, by, options = {}) => {
      const definition = definitionOf(name);
      if (!definition.accepts(value)) {
        throw new AppError("invalid-setting", `${name} cannot be "${value}", expected ${definition.expected}`, {
          field: name,
        });
      }
      return inControl((turn) => write(turn, { name, value, by, ...options }));
    },
    list,
  };
}

function definitionOf(name: string): SettingDefinition {
  const definition = settingDefinitions.find((candidate) => candidate.name === name);
  if (definition === undefined) throw unknownSetting(name);
  return definition;
}

function unknownSetting(name: string): AppError {
  const names = settingDefinitions.map((definition) => definition.name).join(", ");
  return new AppError("unknown-setting", `there is no setting "${name}"; there are: ${names}`, { field: "name" });
}

/** Money already said in the former value would no longer fit together with what follows. */
async function refuseOncePublished(store: Store, name: string): Promise<void> {
  const [row] = await countPublished(store.read, {});
  if (row?.published !== 1) return;
  throw new AppError("conflict", `${name} cannot be exchanged once usage is published`, { field: name });
}
