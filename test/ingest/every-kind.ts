import fc from "fast-check";
import { type LifecycleEvent, plainRest } from "../../core/events.ts";
import { formatInstant, instant } from "../../core/instant.ts";
import { event } from "../conformance/sample-event.ts";

/** Texts with all that could hurt on the way: escapes, quotes, what looks like an escape, other planes. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).filter((one) => one.isWellFormed()),
  fc.constantFrom("", "plain", "it's", String.raw`\N`, "tab\tline\n", "a\0b", "']", "🦊"),
);
const key = text.map((one) => (one === "" ? "x" : one));
const whole = fc.oneof(fc.bigInt(0n, 2n ** 63n - 1n), fc.constantFrom(0n, 2n ** 53n, 2n ** 63n - 1n));
const maybeWhole = fc.oneof(fc.constant(-1n), whole);
const at = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2026, 9, 2) }).map(instant);
const sorted = (pairs: Readonly<Record<string, unknown>>): string =>
  `{${Object.keys(pairs)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(pairs[name])}`)
    .join(",")}}`;
const pairs = fc.dictionary(text, text, { maxKeys: 4 }).map(sorted);
const ours = new Set(["specversion", "id", "source", "sequence", "type", "time", "subject", "data"]);
const extensions = fc
  .dictionary(
    fc.constantFrom("traceparent", "10", "9", "sampled", "rate"),
    fc.oneof(text, fc.integer(), fc.boolean()),
    { maxKeys: 4 },
  )
  .map((found) => sorted(Object.fromEntries(Object.entries(found).filter(([name]) => !ours.has(name)))));

const shared = {
  source: key,
  id: key,
  sequence: maybeWhole,
  subject: text,
  occurred_at: at,
  account_id: key,
  account: text,
  domain: text,
  project_id: text,
  zone: text,
  resource: key,
  part: text,
  name: text,
  offering: text,
  template: text,
  resource_type: text,
  vm: text,
  virtual_size: maybeWhole,
  details: pairs,
  tags: pairs,
  extensions,
};
const readings = fc
  .dictionary(fc.stringMatching(/^[a-z][a-z0-9_.]{0,63}$/), whole, { minKeys: 1, maxKeys: 5 })
  .map((found) => {
    const names = Object.keys(found).toSorted();
    return { reading_names: names, reading_values: names.map((name) => found[name] ?? 0n) };
  });
const unread = fc.constant({ reading_names: plainRest.reading_names, reading_values: plainRest.reading_values });

function kind(
  type: string,
  parts: {
    size?: fc.Arbitrary<bigint>;
    reads?: fc.Arbitrary<Pick<LifecycleEvent, "reading_names" | "reading_values">>;
    counter?: fc.Arbitrary<string>;
    epoch?: fc.Arbitrary<string>;
  },
): fc.Arbitrary<LifecycleEvent> {
  const { size = maybeWhole, reads = unread, counter = fc.constant(""), epoch = fc.constant("") } = parts;
  return fc
    .tuple(fc.record({ ...shared, size, counter, epoch }), reads)
    .map(([facts, read]) => event({ ...facts, ...read, type }));
}

/** Events that are no revisions, of every family. */
const ownEvents: fc.Arbitrary<LifecycleEvent> = fc.oneof(
  kind("VM.START", {}),
  kind("VM.STOP", { reads: readings }),
  kind("ACCOUNT.DELETE", {}),
  kind("tally.counter", { reads: readings, counter: fc.constantFrom("cumulative", "delta"), epoch: text }),
  kind("tally.gauge", { reads: readings }),
  kind("tally.size", { size: whole }),
  kind("tally.tags.changed", {}),
  kind("tally.owner.changed", {}),
);

const revision = fc.record({
  revision: fc.integer({ min: 1, max: 4_294_967_295 }),
  original_source: key,
  original_id: key.map((one) => `of ${one}`),
});
const said = fc.record({ by: key, why: key });

const retractions: fc.Arbitrary<LifecycleEvent> = fc
  .tuple(kind("tally.event.retracted", {}), revision, said)
  .map(([own, of, { by, why }]) => ({ ...own, ...of, envelope: sorted({ by, why }) }));

const amendments: fc.Arbitrary<LifecycleEvent> = fc
  .tuple(ownEvents, revision, said, ownEvents)
  .map(([counts, of, { by, why }, message]) => {
    const labels = { account: message.account, domain: message.domain, zone: message.zone, part: message.part };
    const given = { ...labels, name: message.name, project_id: message.project_id, subject: message.subject };
    const envelope: Record<string, unknown> = {
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "")),
      account_id: message.account_id,
      resource: message.resource,
      time: formatInstant(message.occurred_at),
      ...(message.sequence < 0n ? {} : { sequence: message.sequence.toString() }),
      by,
      why,
    };
    const written = Object.entries(envelope).map(([name, value]) => [name, JSON.stringify(value)] as const);
    const all = [...written, ["extensions", message.extensions] as const].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { ...counts, ...of, envelope: `{${all.map(([name, value]) => `"${name}":${value}`).join(",")}}` };
  });

/** An event of any kind there is, as the log keeps it. */
export const everyEvent: fc.Arbitrary<LifecycleEvent> = fc.oneof(ownEvents, retractions, amendments);
