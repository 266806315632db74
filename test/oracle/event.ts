/** One event as it travels: CloudEvents 1.0 JSON, with the data fields of lifecycle events. */
export interface EventJson {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly sequence?: string | null;
  readonly type: string;
  readonly time: string;
  readonly subject?: string;
  readonly data: EventData;
}

type Text = string | null;

export interface EventData {
  readonly account_id: string;
  readonly resource: string;
  readonly part?: Text;
  readonly account?: Text;
  readonly domain?: Text;
  readonly project_id?: Text;
  readonly zone?: Text;
  readonly name?: Text;
  readonly offering?: Text;
  readonly template?: Text;
  readonly size?: string | number | null;
  readonly virtual_size?: string | number | null;
  readonly resource_type?: Text;
  readonly vm?: Text;
  readonly details?: Readonly<Record<string, string>> | null;
  readonly tags?: Readonly<Record<string, string>> | null;
  readonly readings?: Readonly<Record<string, string | number>> | null;
  readonly counter?: "cumulative" | "delta" | null;
  readonly epoch?: Text;
  /** Of a revision: what it revises, which try it is, who says so and why, and of an amendment the whole new event. */
  readonly original?: Identity;
  readonly revision?: number;
  readonly by?: Text;
  readonly why?: Text;
  readonly event?: EventJson;
}

/** What tells an event from all others (P3). */
export interface Identity {
  readonly source: string;
  readonly id: string;
}

/** What a resource is billed as besides its owner; sizes in bytes as plain decimal text, null for none. */
export interface OracleShape {
  readonly project_id: string;
  readonly zone: string;
  readonly offering: string;
  readonly template: string;
  readonly size: string | null;
  readonly virtual_size: string | null;
  readonly resource_type: string;
  readonly vm: string;
  readonly details: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** An accepted event, read once: absent, null and "" are one and the same for text. */
export interface OracleEvent extends Identity {
  readonly sequence: bigint | null;
  readonly type: string;
  readonly at_ms: number;
  readonly account_id: string;
  readonly resource: string;
  readonly part: string;
  readonly shape: OracleShape;
  readonly readings: ReadonlyMap<string, bigint>;
  readonly counter: "cumulative" | "delta";
  readonly epoch: string;
  /** Null for an event of its own. */
  readonly revises: Revises | null;
}

/** What a revision says: which event it speaks of, which try it is, and what counts instead (null: nothing). */
export interface Revises {
  readonly original: Identity;
  readonly revision: number;
  readonly instead: OracleEvent | null;
}

/** The first arrival of each (source, id), in arrival order: repeats count for nothing, whatever they say (P3). */
export function acceptedEvents(events: readonly EventJson[]): OracleEvent[] {
  const seen = new Set<string>();
  const accepted: OracleEvent[] = [];
  for (const event of events) {
    if (seen.has(identityText(event))) continue;
    seen.add(identityText(event));
    accepted.push(readEvent(event));
  }
  return accepted;
}

/** A (source, id) as one text. */
export function identityText({ source, id }: Identity): string {
  return JSON.stringify([source, id]);
}

/** Reads one event; throws on what ingest would have refused, because the oracle has no quarantine. */
function readEvent(event: EventJson): OracleEvent {
  const { data } = event;
  if (data.account_id === "" || data.resource === "")
    throw new Error(`event ${event.id} lacks an account or a resource`);
  const sequence = event.sequence ?? "";
  return {
    source: event.source,
    id: event.id,
    sequence: sequence === "" ? null : BigInt(wholeNumber(sequence)),
    type: event.type,
    at_ms: instantOf(event.time),
    account_id: data.account_id,
    resource: data.resource,
    part: data.part ?? "",
    shape: {
      project_id: data.project_id ?? "",
      zone: data.zone ?? "",
      offering: data.offering ?? "",
      template: data.template ?? "",
      size: sizeOf(data.size),
      virtual_size: sizeOf(data.virtual_size),
      resource_type: data.resource_type ?? "",
      vm: data.vm ?? "",
      details: sortedPairs(data.details ?? {}),
      tags: sortedPairs(data.tags ?? {}),
    },
    readings: new Map(
      Object.entries(data.readings ?? {}).map(([name, value]) => [name, BigInt(wholeNumber(String(value)))]),
    ),
    counter: data.counter ?? "cumulative",
    epoch: data.epoch ?? "",
    revises: revisesOf(event),
  };
}

function revisesOf({ id, type, data }: EventJson): Revises | null {
  if (type !== "tally.event.amended" && type !== "tally.event.retracted") return null;
  const { original, revision, event } = data;
  if (original === undefined || revision === undefined) throw new Error(`revision ${id} does not say of what`);
  if (type === "tally.event.retracted") return { original, revision, instead: null };
  if (event === undefined) throw new Error(`amendment ${id} lacks its event`);
  if (identityText(event) !== identityText(original)) throw new Error(`amendment ${id} speaks of two events`);
  if (event.type.startsWith("tally.event.")) throw new Error(`amendment ${id} holds a revision`);
  return { original, revision, instead: readEvent(event) };
}

/** Milliseconds since 1970 of an RFC 3339 time, digits beyond the millisecond cut off; throws on other text. */
export function instantOf(time: string): number {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/i.exec(time);
  if (found === null) throw new Error(`not an RFC 3339 time: ${time}`);
  const field = (index: number): number => Number(found[index] ?? "0");
  const ms = Number((found[7] ?? "").padEnd(3, "0").slice(0, 3));
  const wall_ms = Date.UTC(field(1), field(2) - 1, field(3), field(4), field(5), field(6), ms);
  const offset_ms = (field(9) * 60 + field(10)) * 60_000;
  return found[8] === "-" ? wall_ms + offset_ms : wall_ms - offset_ms;
}

/** Order of two texts by their UTF-8 bytes: negative, zero or positive. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}

function sizeOf(size: string | number | null | undefined): string | null {
  if (size === null || size === undefined) return null;
  return BigInt(wholeNumber(String(size))).toString();
}

function wholeNumber(text: string): string {
  if (!/^\d+$/.test(text)) throw new Error(`not an unsigned decimal: ${text}`);
  return text;
}

// Maps are sets of pairs: sorted once, two equal ones have equal JSON.
function sortedPairs(pairs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(pairs).sort(([a], [b]) => byBytes(a, b)));
}
