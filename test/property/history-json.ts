import { wallClock } from "../oracle/calendar.ts";
import type { EventData, EventJson } from "../oracle/event.ts";
import type { Cast, Track } from "./history-cast.ts";
import { FAMILIES } from "./history-families.ts";
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
  readonly track: Track;
  readonly life: Life;
  readonly form: number;
  readonly accounts: Cast["accounts"];
}): EventJson {
  const { id, source, sequence, time, track, life, form, accounts } = args;
  const account_id = accounts[life.account]?.id;
  if (account_id === undefined) throw new Error(`no account number ${life.account}`);
  const isVm = track.kind === "vm";
  const data: EventData = {
    account_id,
    account: `account-${life.account}`,
    domain: "ROOT",
    zone: "z1",
    resource: track.resource,
    name: track.resource,
    offering: life.offering,
    ...written("part", life.part, form % 2 === 0 ? 2 : 0),
    ...written("project_id", life.project_id, form),
    ...written("template", isVm ? "debian-12" : "", form + 1),
    ...written("resource_type", isVm ? "KVM" : "", form),
    ...written("vm", life.vm, form + 2),
    ...sizesOf(track, life, form),
    ...detailsOf(track, life, form),
    ...tagsOf(life.tags, form),
    ...readingsOf(life, form),
  };
  const subject = `${track.kind}/${track.resource}`;
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

// What may come without a size sometimes does.
function sizesOf(track: Track, { type, size, virtual_size }: Life, form: number): Partial<EventData> {
  const unsized =
    track.kind in FAMILIES ? (FAMILIES[track.kind as keyof typeof FAMILIES].unsized as readonly string[]) : [];
  const said = unsized.includes(type) && form % 3 !== 0 ? null : size;
  return {
    ...(said === null && form % 2 === 0 ? {} : { size: said }),
    ...(virtual_size === null && form % 2 === 1 ? {} : { virtual_size }),
  };
}

function detailsOf({ kind }: Track, { cpu, user }: Life, form: number): Partial<EventData> {
  if (kind === "vm") return { details: { cpuNumber: String(cpu), memory: String(cpu * 1024) } };
  if (user !== "") return { details: { user, browser: form % 2 === 0 ? "a" : "b" } };
  return {};
}

// A reading is text, or a number where it is small.
function readingsOf({ type, readings, counter, epoch }: Life, form: number): Partial<EventData> {
  if (Object.keys(readings).length === 0) return {};
  const said = Object.entries(readings).map(([name, value]) => [
    name,
    form % 3 === 2 && value.length < 15 ? Number(value) : value,
  ]);
  if (type !== "tally.counter") return { readings: Object.fromEntries(said) as Record<string, string | number> };
  return {
    readings: Object.fromEntries(said) as Record<string, string | number>,
    ...(counter === "delta" || form % 2 === 0 ? { counter: counter === "delta" ? "delta" : "cumulative" } : {}),
    ...written("epoch", epoch, form),
  };
}

function tagsOf(tags: number, form: number): Partial<EventData> {
  const pairs = TAGS[tags] ?? [];
  if (pairs.length === 0 && form % 2 === 0) return {};
  return { tags: Object.fromEntries(form % 2 === 0 ? pairs : [...pairs].reverse()) };
}
