import { readCompleteness, typeOf } from "../../../aggregate/index.ts";
import { parameterError } from "../api-error.ts";
import { everyReader } from "../../access/roles.ts";
import { defineCommand } from "../command.ts";
import { plainDate } from "../dates.ts";
import { createUsageFinder, type UsageFinder } from "../usage/find-usage.ts";
import { labelUsage } from "../usage/label-usage.ts";
import { toUsageRecord } from "../usage/to-item.ts";
import { byUsageId, halfOpen } from "../usage/usage-filter.ts";
import { usageFields } from "../usage/usage-fields.ts";
import { whoseUsage } from "../usage/whose-usage.ts";
import type { Store } from "../../../core/store.ts";

const name = "listUsageRecords";
/** What can be asked for at once with pagesize=-1. */
const ALL_MAX = 50_000;

/** Where pages of each store's listings ended. */
const finders = new WeakMap<Store, UsageFinder>();
function finderOf(store: Store): UsageFinder {
  const finder = finders.get(store) ?? createUsageFinder(store);
  finders.set(store, finder);
  return finder;
}

/** Usage as CloudStack's API shows it: whole records inside the dates, at the time of use, as published. */
export const listUsageRecords = defineCommand({
  name,
  description: "Lists usage records for accounts",
  roles: everyReader,
  paged: true,
  params: {
    startdate: {
      type: "date",
      required: true,
      description:
        "Records that start before are left out. yyyy-MM-dd, yyyy-MM-dd HH:mm:ss, or ISO 8601 with an offset",
    },
    enddate: {
      type: "date-end",
      required: true,
      description: "Records that end after are left out. A date alone counts to its last second",
    },
    account: {
      type: "string",
      description:
        "Name of an account; without domainid it is looked for in all domains the caller sees, and never widens the list",
    },
    domainid: { type: "uuid", description: "The domain of the accounts", related: "listDomains" },
    accountid: { type: "uuid", description: "An account", related: "listAccounts" },
    projectid: { type: "uuid", description: "A project", related: "listProjects" },
    type: { type: "integer", description: "Usage type", related: "listUsageTypes" },
    usageid: { type: "string", description: "Id of the resource; needs type" },
    includetags: { type: "boolean", description: "Whether tags of resources are in the answer", since: "4.7" },
    oldformat: { type: "boolean", description: "Descriptions as they are stored, with ids alone", since: "4.14" },
    isrecursive: { type: "boolean", description: "Whether domains below count too", since: "4.15" },
  },
  response: usageFields,
  run: async ({ system, caller, zone, page }, asked) => {
    const { startdate: start, enddate: end, type, usageid } = asked;
    const nothing = { kind: "list", name: "usagerecord", items: [], count: 0 } as const;
    if (start > end)
      throw parameterError(
        `Incorrect Date Range. Start date: ${plainDate(start, zone)} is after end date:${plainDate(end, zone)}`,
      );
    if (usageid !== undefined && type === undefined)
      throw parameterError("Usageid must be specified together with type");
    const account_ids = await whoseUsage(asked, { system, caller, command: name });
    // Scripts go through 1 to 31, and 15 to 20 are no types.
    const known = type === undefined || system.usageTypes.find(type) !== null;
    if (account_ids?.length === 0 || start === end || !known) return nothing;
    const { as_of } = await readCompleteness(system);
    const filter = {
      as_of: as_of.toString(),
      ...halfOpen({ start, end }),
      account_ids: account_ids?.toSorted() ?? [],
      usage_types: type === undefined ? [] : [type],
      ...byUsageId(type, usageid),
    };
    const finder = finderOf(system.store);
    if (page.size === null && (await finder.count(filter)) > ALL_MAX)
      throw parameterError(`There are more than ${ALL_MAX} records; ask for them by page and pagesize`);
    const { rows, count } = await finder.find(filter, page);
    const labels = await labelUsage(system, rows);
    const shown = { old_format: asked.oldformat ?? false, tags: asked.includetags ?? false, zone };
    const items = rows.map((row) =>
      toUsageRecord(row, { labels, type: typeOf(system.usageTypes, row.usage_type), shown }),
    );
    return { kind: "list", name: "usagerecord", items, count };
  },
});
