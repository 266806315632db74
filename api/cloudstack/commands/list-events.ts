import Type from "typebox";
import { instant } from "../../../core/instant.ts";
import { defineQuery } from "../../../core/sql.ts";
import { scopeOf } from "../../access/scope.ts";
import { findAccounts } from "../accounts.ts";
import { everyReader } from "../../access/roles.ts";
import { defineCommand } from "../command.ts";
import { plainDate } from "../dates.ts";
import { ownerParams, readOwners, rowsOf } from "../owners.ts";
import { halfOpen } from "../usage/usage-filter.ts";

const Filter = {
  from_ms: Type.Integer(),
  to_ms: Type.Integer(),
  account_ids: Type.Array(Type.String()),
  type: Type.String(),
  keyword: Type.String(),
};
const selectEvents = defineQuery(
  "api/cloudstack/events",
  Type.Object({ ...Filter, skip: Type.Integer(), limit: Type.Integer() }),
  Type.Object({
    id: Type.String(),
    type: Type.String(),
    at_ms: Type.String(),
    account_id: Type.String(),
    account: Type.String(),
    domain: Type.String(),
    resource: Type.String(),
    name: Type.String(),
    source: Type.String(),
  }),
);
const countEvents = defineQuery(
  "api/cloudstack/event_count",
  Type.Object(Filter),
  Type.Object({ events: Type.String() }),
);

const SPAN_MS = 31 * 86_400_000;

/** What happened to resources: the events that usage is metered by, the latest first. */
export const listEvents = defineCommand({
  name: "listEvents",
  description: "A command to list events: those of resources, which usage is metered by, the latest first",
  roles: everyReader,
  paged: true,
  params: {
    startdate: { type: "date", description: "Events from then on; 31 days before enddate where left out" },
    enddate: { type: "date-end", description: "Events until then; now where left out" },
    type: { type: "string", description: "Type of event, such as VM.START", related: "listEventTypes" },
    keyword: { type: "string", description: "Part of the name or id of the resource" },
    ...ownerParams,
  },
  response: [
    { name: "id", type: "string", description: "the ID of the event" },
    { name: "type", type: "string", description: "the type of the event" },
    { name: "level", type: "string", description: "the event level (INFO, WARN, ERROR)" },
    { name: "description", type: "string", description: "a brief description of the event" },
    { name: "account", type: "string", description: "the account name for the account that owns the object" },
    { name: "accountid", type: "string", description: "the id of that account" },
    { name: "domain", type: "string", description: "the path of the account's domain" },
    { name: "created", type: "date", description: "the date the event happened" },
    { name: "state", type: "string", description: "the state of the event" },
    { name: "resourceid", type: "string", description: "the id of the resource" },
    { name: "resourcename", type: "string", description: "the name of the resource" },
    { name: "username", type: "string", description: "the source of the event" },
  ],
  run: async ({ system, caller, zone, page }, { startdate, enddate, type = "", keyword = "", ...asked }) => {
    const owners = await readOwners(system, caller, { ...asked, command: "listEvents" });
    const narrowed = owners.domain !== "" || owners.name !== "";
    const found = narrowed ? (await findAccounts(system.store, owners)).map(({ account_id }) => account_id) : null;
    const account_ids = found ?? (await scopeOf(system, caller)).account_ids;
    if (account_ids?.length === 0) return { kind: "list", name: "event", items: [], count: 0 };
    const end = enddate ?? system.clock.now();
    const filter = {
      ...halfOpen({ start: startdate ?? instant(end - SPAN_MS), end }),
      account_ids: [...(account_ids ?? [])],
      type,
      keyword,
    };
    const [rows, [counted]] = await Promise.all([
      selectEvents(system.store.read, { ...filter, ...rowsOf(page) }),
      countEvents(system.store.read, filter),
    ]);
    const items = rows.map((event) => ({
      id: event.id,
      type: event.type,
      level: "INFO",
      description: `${event.type} of ${event.name === "" ? event.resource : event.name}`,
      account: event.account === "" ? event.account_id : event.account,
      accountid: event.account_id,
      domain: event.domain,
      created: plainDate(instant(Number(event.at_ms)), zone),
      state: "Completed",
      resourceid: event.resource,
      resourcename: event.name === "" ? undefined : event.name,
      username: event.source,
    }));
    return { kind: "list", name: "event", items, count: Number(counted?.events ?? 0) };
  },
});
