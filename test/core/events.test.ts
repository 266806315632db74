import fc from "fast-check";
import { expect, test } from "vitest";
import { CloudEvent, toCloudEvent } from "../../core/events.ts";
import { instant } from "../../core/instant.ts";
import { Check } from "typebox/value";
import { validateEvent } from "../../ingest/validate.ts";
import { event } from "../conformance/sample-event.ts";
import { everyEvent } from "../ingest/every-kind.ts";
import { rules } from "../ingest/rules.ts";

const now = instant(Date.UTC(2026, 9, 2));

test("an event goes over the wire as the contract shows it: times with three decimals, sizes as text, no value as null", () => {
  const wire = toCloudEvent(
    event({
      sequence: 8812n,
      subject: "vm/vm-1",
      size: 8_589_934_592n,
      tags: '{"cost-center":"42"}',
      extensions: '{"traceparent":"00-1"}',
    }),
  );
  expect(wire).toEqual({
    traceparent: "00-1",
    specversion: "1.0",
    id: "e-1",
    source: "cloudstack/zone-1",
    sequence: "8812",
    type: "VM.START",
    time: "2026-10-01T10:12:00.000Z",
    subject: "vm/vm-1",
    data: {
      account_id: "acme",
      account: null,
      domain: null,
      project_id: null,
      zone: "z1",
      resource: "vm-1",
      part: "",
      name: null,
      offering: "small",
      template: null,
      size: "8589934592",
      virtual_size: null,
      resource_type: null,
      vm: null,
      details: {},
      tags: { "cost-center": "42" },
    },
  });
  expect(Check(CloudEvent, wire)).toBe(true);
});

test.each([
  [
    "with all there is",
    event({
      sequence: 0n,
      subject: "s",
      size: 0n,
      virtual_size: 9_223_372_036_854_775_807n,
      part: "p",
      details: '{"a":"1"}',
    }),
  ],
  ["with the least", event({ zone: "", offering: "" })],
  [
    "with awkward texts",
    event({ id: "a\tb\nc\\d\0e", name: "🦊 \"quoted' ", tags: '{"__proto__":"x","b":"\\u0000"}' }),
  ],
  [
    "with extensions that look like ours",
    event({ extensions: '{"constructor":"x","datacontenttype":"application/json","n":1.5,"on":true}' }),
  ],
])("reading what was written gives the same event: %s", (_what, kept) => {
  const wire = JSON.parse(JSON.stringify(toCloudEvent(kept))) as unknown;
  expect(validateEvent(wire, { rules, now })).toEqual(kept);
});

test("an extension cannot speak for the envelope", () => {
  expect(toCloudEvent(event({ extensions: '{"id":"other","time":"2020-01-01T00:00:00Z"}' }))).toMatchObject({
    id: "e-1",
    time: "2026-10-01T10:12:00.000Z",
  });
});

test("reading what was written gives the same event, and is what the contract allows: of every kind", () => {
  fc.assert(
    fc.property(everyEvent, (kept) => {
      const wire = JSON.parse(JSON.stringify(toCloudEvent(kept))) as unknown;
      expect(Check(CloudEvent, wire)).toBe(true);
      expect(validateEvent(wire, { rules, now })).toEqual(kept);
    }),
    { numRuns: 500 },
  );
});

test("an amendment goes over the wire with the whole event that counts, under the original's name", () => {
  const wire = toCloudEvent(
    event({
      id: "fix-1",
      source: "desk",
      offering: "large",
      revision: 2,
      original_source: "cloudstack/zone-1",
      original_id: "e-1",
      envelope:
        '{"account_id":"acme","by":"ann","extensions":{"ticket":"T-1"},"resource":"vm-1","sequence":"7","time":"2026-10-01T23:00:00.000Z","why":"wrong size"}',
    }),
  );
  expect(wire).toMatchObject({
    specversion: "1.0",
    id: "fix-1",
    source: "desk",
    ticket: "T-1",
    sequence: "7",
    type: "tally.event.amended",
    time: "2026-10-01T23:00:00.000Z",
    data: {
      account_id: "acme",
      resource: "vm-1",
      original: { source: "cloudstack/zone-1", id: "e-1" },
      revision: 2,
      by: "ann",
      why: "wrong size",
      event: {
        specversion: "1.0",
        id: "e-1",
        source: "cloudstack/zone-1",
        type: "VM.START",
        time: "2026-10-01T10:12:00.000Z",
        data: { account_id: "acme", resource: "vm-1", offering: "large", zone: "z1" },
      },
    },
  });
  expect(Object.keys(wire.data).toSorted()).toEqual([
    "account_id",
    "by",
    "event",
    "original",
    "resource",
    "revision",
    "why",
  ]);
});

test("a counter's readings go over the wire as text, by name", () => {
  const { data } = toCloudEvent(
    event({
      type: "tally.counter",
      reading_names: ["network_bytes_received", "network_bytes_sent"],
      reading_values: [0n, 9_223_372_036_854_775_807n],
      counter: "delta",
      epoch: "boot-1",
    }),
  );
  expect(data).toMatchObject({
    readings: { network_bytes_received: "0", network_bytes_sent: "9223372036854775807" },
    counter: "delta",
    epoch: "boot-1",
  });
});
