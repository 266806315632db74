import type { UsageTypeInput } from "../../core/usage-type.ts";
import type { EventData, EventJson } from "../oracle/index.ts";
import { readCases } from "../read-cases.ts";

/** YAML as the failsafe schema reads it: text, lists and maps. */
type Node = string | readonly Node[] | { readonly [key: string]: Node };
type Fields = Readonly<Record<string, Node>>;

/** Events sent together, and what is published once they have been aggregated until `until`. */
export interface CaseStep {
  /** Why the process is restarted before the step; absent where it is not. */
  readonly restart?: string;
  readonly events: readonly EventJson[];
  /** RFC 3339. */
  readonly until: string;
  /** What ingest answers; null = all accepted. */
  readonly outcome: Fields | null;
  readonly then: readonly Fields[];
}

/** A golden case of metering, with what its file leaves out filled in. */
export interface MeteringCase {
  readonly file: string;
  readonly why: string;
  readonly worked: string;
  /** Cells "measure/edge" of test/COVERAGE.md; those of events and states are found from the events themselves. */
  readonly covers: readonly string[];
  /** What of CloudStack's known faults it shows, as test/aggregate/cloudstack-faults.ts names them. */
  readonly refs: readonly string[];
  readonly zone: string;
  readonly range: string;
  readonly accounts: Readonly<Record<string, string>>;
  readonly types: readonly UsageTypeInput[];
  readonly steps: readonly CaseStep[];
}

interface WrittenCase {
  readonly why: string;
  readonly worked: string;
  readonly covers?: readonly string[];
  readonly refs?: readonly string[];
  readonly for?: readonly Fields[];
  readonly given?: {
    readonly zone?: string;
    readonly range?: string;
    readonly accounts?: Readonly<Record<string, string>>;
    readonly types?: readonly Fields[];
  };
  readonly steps?: readonly WrittenStep[];
  readonly events?: readonly Fields[];
  readonly until?: string;
  readonly then?: readonly Fields[];
}

interface WrittenStep {
  readonly restart?: string;
  readonly events: readonly Fields[];
  readonly until: string;
  readonly outcome?: Fields;
  readonly then: readonly Fields[];
}

const files = [
  "metering",
  "lifecycles-vm",
  "lifecycles-storage",
  "lifecycles-network",
  "lifecycles",
  "account-end",
  "counters",
  "gauges",
  "points",
  "measures",
  "partial-changes",
  "revisions",
  "added-types",
  "cloudstack-faults",
];

/** All golden cases of metering. */
export function meteringCases(): MeteringCase[] {
  return files.flatMap(casesOf);
}

/** The cases of one file of test/cases/aggregate; what is written once `for` several is a case for each. */
export function casesOf(file: string): MeteringCase[] {
  return readCases<WrittenCase>(`aggregate/${file}`)
    .flatMap(({ for: rows, ...written }) => (rows === undefined ? [written] : rows.map((row) => fill(written, row))))
    .map((written) => read(file, written));
}

/** "06:15" is a time of 10 March 2026 in UTC, "12T06:15:00.001" one of the 12th; any other text stands for itself. */
export function timeOf(text: string): string {
  const short = /^(?:(\d\d)T)?(\d\d:\d\d)(:\d\d(?:\.\d+)?)?$/.exec(text);
  return short === null ? text : `2026-03-${short[1] ?? "10"}T${short[2]}${short[3] ?? ":00"}Z`;
}

function read(file: string, written: WrittenCase): MeteringCase {
  const { why, worked, covers = [], refs = [], given = {}, until = "12T00:00", events = [], then = [] } = written;
  const { zone = "UTC", range = "1440", accounts = {}, types = [] } = given;
  const steps = (written.steps ?? [{ events, until, then }]).map((step, index) => ({
    ...(step.restart === undefined ? {} : { restart: step.restart }),
    events: step.events.map((event, place) => eventOf(event, `e${index}-${place}`)),
    until: timeOf(step.until),
    outcome: step.outcome ?? null,
    then: step.then,
  }));
  return { file, why, worked, covers, refs, zone, range, accounts, types: types.map(typeOf), steps };
}

/** An event as a case writes it: what is not of the envelope is data; `original` names an id of the same source. */
function eventOf(fields: Fields, fallback: string): EventJson {
  const { time, type, id, source, sequence, original, revision, event, ...data } = fields;
  const from = textOf(source ?? "cloudstack/z1");
  const isRevision = textOf(type).startsWith("tally.event.");
  const revised = original === undefined ? null : { source: from, id: textOf(original) };
  return {
    specversion: "1.0",
    id: textOf(id ?? fallback),
    source: from,
    ...(sequence === undefined ? {} : { sequence: textOf(sequence) }),
    type: textOf(type),
    time: timeOf(textOf(time)),
    data: {
      account_id: "acme",
      resource: "r1",
      ...(isRevision ? { by: "ops", why: "a mistake" } : {}),
      ...(data as Partial<EventData>),
      ...(revised === null ? {} : { original: revised }),
      ...(revision === undefined ? {} : { revision: Number(revision) }),
      ...(event === undefined || revised === null ? {} : { event: eventOf({ ...revised, ...(event as Fields) }, "") }),
    },
  };
}

function typeOf({ usage_type, parts, max_gap_ms, ...rest }: Fields): UsageTypeInput {
  return {
    ...rest,
    usage_type: Number(usage_type),
    parts: parts === "true",
    max_gap_ms: Number(max_gap_ms ?? 0),
  } as unknown as UsageTypeInput;
}

/** Puts a row's values where `${name}` stands, lists and maps where it stands alone; a name the row lacks is a mistake of the file. */
function fill<T>(node: T, row: Fields): T {
  if (typeof node === "string") {
    const alone = row[/^\$\{(\w+)\}$/.exec(node)?.[1] ?? ""];
    if (alone !== undefined) return alone as T;
    return node.replaceAll(/\$\{(\w+)(?:\.(\w+))?\}/g, (_, name: string, inner?: string) => {
      const value = row[name];
      return textOf(inner === undefined ? value : (value as Fields)[inner]);
    }) as T;
  }
  if (Array.isArray(node)) return node.map((inner) => fill(inner as Node, row)) as T;
  const pairs = Object.entries(node as Fields).map(([key, inner]) => [key, fill(inner, row)]);
  return Object.fromEntries(pairs) as T;
}

function textOf(node: Node | undefined): string {
  if (typeof node !== "string") throw new Error(`a case has ${JSON.stringify(node)} where a text belongs`);
  return node;
}
