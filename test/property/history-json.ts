import { wallClock } from "../oracle/calendar.ts";
import type { EventData, EventJson } from "../oracle/event.ts";
import type { Cast, HistoryResource } from "./history-cast.ts";
import type { Life } from "./history-life.ts";

const DAY_MS = 86_400_000;
const KOLKATA_MS = 19_800_000;
const dates = new Map<number, string>();

const TAGS: readonly (readonly (readonly [string, string])[])[] = [
  [],
  [["cost-center", "42"]],
  [
    ["env", "prod"],
    ["cost-center", ""],
  ],
];

/** The event as its source would send it. `form` varies what must not matter: absent, null or "", and the order of tags. */
export function writeEvent(args: {
  readonly id: string;
  readonly source: string;
  readonly sequence: string | null;
  readonly time: string;
  readonly resource: HistoryResource;
  readonly life: Life;
  readonly form: number;
  readonly accounts: Cast["accounts"];
}): EventJson {
  const { id, source, sequence, time, resource, life, form, accounts } = args;
  const account_id = accounts[life.account]?.id;
  if (account_id === undefined) throw new Error(`no account number ${life.account}`);
  const data: EventData = {
    account_id,
    account: `account-${life.account}`,
    domain: "ROOT",
    zone: "z1",
    resource: resource.id,
    name: resource.id,
    offering: life.offering,
    ...written("part", "", form % 2 === 0 ? 2 : 0),
    ...written("project_id", life.project_id, form),
    ...written("template", resource.kind === "vm" ? "debian-12" : "", form + 1),
    ...written("resource_type", resource.kind === "vm" ? "KVM" : "", form),
    ...written("vm", life.vm, form + 2),
    ...(life.size === null && form % 2 === 0 ? {} : { size: life.size }),
    ...(life.virtual_size === null && form % 2 === 1 ? {} : { virtual_size: life.virtual_size }),
    ...(resource.kind === "vm" ? { details: { cpuNumber: String(life.cpu), memory: String(life.cpu * 1024) } } : {}),
    ...tagsOf(life.tags, form),
  };
  const subject = `${resource.kind}/${resource.id}`;
  return {
    specversion: "1.0",
    id,
    source,
    ...(sequence === null ? {} : { sequence }),
    type: life.type,
    time,
    subject,
    data,
  };
}

/** RFC 3339 text of an instant: mostly milliseconds and Z; some with nanoseconds to be cut off, an offset, or no fraction. */
export function timeText(at_ms: number, form: number): string {
  if (form < 60) return `${wallText(at_ms)}Z`;
  if (form < 75) return `${wallText(at_ms)}999999Z`;
  if (form < 90) return `${wallText(at_ms + KOLKATA_MS)}+05:30`;
  return `${wallText(at_ms).replace(/\.000$/, "")}Z`;
}

function wallText(at_ms: number): string {
  const day = Math.floor(at_ms / DAY_MS);
  const rest = at_ms - day * DAY_MS;
  const two = (number: number): string => String(Math.floor(number)).padStart(2, "0");
  const clock = `${two(rest / 3_600_000)}:${two((rest / 60_000) % 60)}:${two((rest / 1000) % 60)}`;
  return `${dateText(day)}T${clock}.${String(rest % 1000).padStart(3, "0")}`;
}

function dateText(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const { year, month } = wallClock("UTC", day * DAY_MS);
  const dayOfMonth = day - Date.UTC(year, month - 1, 1) / DAY_MS + 1;
  const text = [year, month, dayOfMonth].map((number) => String(number).padStart(2, "0")).join("-");
  dates.set(day, text);
  return text;
}

function written(name: keyof EventData, text: string, form: number): Partial<EventData> {
  if (text !== "") return { [name]: text };
  if (form % 3 === 0) return {};
  return { [name]: form % 3 === 1 ? null : "" };
}

function tagsOf(tags: number, form: number): Partial<EventData> {
  const pairs = TAGS[tags] ?? [];
  if (pairs.length === 0 && form % 2 === 0) return {};
  return { tags: Object.fromEntries(form % 2 === 0 ? pairs : [...pairs].reverse()) };
}
