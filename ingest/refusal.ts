/** Why an event was refused: the field, the value it had, and what was expected. */
export interface Refusal {
  readonly field: string;
  readonly reason: string;
  /** Nothing is wrong with it but its age: it may be the repeat of one that was taken when it was young. */
  readonly past?: true;
}

const text256 = "expected text of 1 to 256 characters";
const text1024 = "expected text of 1 to 1024 characters";
const bytes = "expected whole bytes below 2^63, as a decimal string or a JSON integer below 2^53";

/** What is expected where, for the fields whose schema alone would not tell a person. */
const expectations: Readonly<Record<string, string>> = {
  "": "expected an object",
  id: text256,
  source: text256,
  type: text256,
  data: "expected an object",
  "data.account_id": text256,
  "data.resource": text256,
  specversion: 'expected "1.0"',
  sequence: "expected an unsigned decimal string below 2^63",
  time: "expected an RFC 3339 instant with an offset or Z",
  "data.size": bytes,
  "data.virtual_size": bytes,
  "data.tags": "expected an object of at most 256 strings",
  "data.details": "expected an object of at most 256 strings",
  "data.readings": "expected an object of 1 to 64 readings by name",
  "data.counter": 'expected "cumulative" or "delta"',
  "data.epoch": "expected text of at most 256 characters",
  "data.original": "expected the source and id of the event that is replaced",
  "data.original.source": text256,
  "data.original.id": text256,
  "data.revision": "expected a whole number from 1 to 4294967295",
  "data.by": text1024,
  "data.why": text1024,
  "data.event": "expected the whole event that counts instead",
};
const readingExpected = "expected a whole number below 2^63, as a decimal string or a JSON integer below 2^53";

/** What a person is told to put there; undefined for fields that speak for themselves. */
export function expectationOf(field: string): string | undefined {
  if (Object.hasOwn(expectations, field)) return expectations[field];
  return field.startsWith("data.readings.") ? readingExpected : undefined;
}

/** Whether reading refused. */
export function isRefusal(outcome: object): outcome is Refusal {
  return "reason" in outcome;
}

/** Refuses a value; what was expected is the field's own expectation unless it is said. */
export function refuse(field: string, value: unknown, expected?: string): Refusal {
  const shown = value === undefined ? "missing" : show(value);
  return {
    field,
    reason: `${field === "" ? "the event" : field} is ${shown}, ${expected ?? expectationOf(field) ?? "expected another value"}`,
  };
}

/** One text for the two by which an event is known. */
export function eventName({ source, id }: { source: string; id: string }): string {
  return `${source.length}:${source}${id}`;
}

/** Refuses an event whose source and id are another's. */
export function explainConflict({ source, id }: { source: string; id: string }): { field: string; reason: string } {
  const reason = `id is ${JSON.stringify(id)}, which ${source} has used for an event with other content`;
  return { field: "id", reason };
}

/** A refusal of the event that lies in a field of another one, as the one around it says it. */
export function within(outer: string, { field, reason, ...rest }: Refusal): Refusal {
  if (field === "") return { ...rest, field: outer, reason: `${outer}${reason.slice("the event".length)}` };
  return { ...rest, field: `${outer}.${field}`, reason: `${outer}.${reason}` };
}

/** Scalars as they are; of anything else only what it is, however deep it goes. */
function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : JSON.stringify(value).slice(0, 200);
}
