import { afterAll, beforeAll, expect, test } from "vitest";
import { eventBytesMax, type IngestOutcome } from "../../api/routes/events.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";
import { readCases } from "../read-cases.ts";

interface Case {
  readonly why: string;
  readonly given: Record<string, unknown>;
  readonly then: { readonly field: string; readonly reason: readonly string[] };
}

const cases = readCases<Case>("api/bad-events");
const batchType = "application/cloudevents-batch+json";
let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const post = (body: string, type: string) =>
  api.call("POST", "/v1/events", body, { authorization: `Bearer ${api.admin}`, "content-type": type });
const postBatch = async (events: readonly unknown[]): Promise<IngestOutcome> => {
  const answer = await post(JSON.stringify(events), batchType);
  expect(answer.statusCode, answer.body).toBe(202);
  return answer.json();
};

test.each([
  ["application/cloudevents+json", (events: object[]) => JSON.stringify(events[0]), 1],
  [batchType, (events: object[]) => JSON.stringify(events), 3],
  ["application/json", (events: object[]) => JSON.stringify(events), 3],
  ["application/json; charset=utf-8", (events: object[]) => JSON.stringify(events[0]), 1],
  ["application/x-ndjson", (events: object[]) => `${events.map((one) => JSON.stringify(one)).join("\r\n")}\n\n`, 3],
])("events come in as %s", async (type, write, accepted) => {
  const events = [1, 2, 3].map((n) =>
    event(`${type}/${n}`, "VM.CREATE", "2026-10-01T10:00:00Z", { resource: `vm-${n}` }),
  );
  const answer = await post(write(events), type);
  expect(answer.statusCode, answer.body).toBe(202);
  expect(answer.json()).toEqual({ accepted, duplicates: 0, rejected: [] });
});

test("what is acknowledged can be read back, with both names encoded", async () => {
  await postBatch([
    {
      ...event("a/b c", "VM.START", "2026-10-01T12:12:00.123456789+02:00", { size: "9223372036854775807" }),
      source: "cloud/é?#",
    },
  ]);
  const answer = await api.call("GET", `/v1/events/${encodeURIComponent("cloud/é?#")}/${encodeURIComponent("a/b c")}`);
  expect(answer.statusCode).toBe(200);
  const [kept] = answer.json<{ data: { event: { time: string; data: { size: string } }; outcome: string }[] }>().data;
  expect(kept?.event.time, "finer than a millisecond is floored, the offset applied").toBe("2026-10-01T10:12:00.123Z");
  expect(kept?.event.data.size).toBe("9223372036854775807");
  expect(kept?.outcome).toBe("accepted");
});

test.each([
  `it's "quoted"`,
  "back\\slash \\N \\'",
  "tab\tand\nline",
  "{name:String} -- ; SELECT 1",
  "100% ünïcode 雲 🚀",
  "\u0000nul",
])("a name is only a name: %j", async (name) => {
  const sent = event(name, "VM.CREATE", "2026-10-01T10:00:00Z", {
    resource: name,
    account_id: name,
    tags: { [name]: name },
  });
  expect(await postBatch([sent])).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  const answer = await api.call("GET", `/v1/events/${encodeURIComponent(sent.source)}/${encodeURIComponent(name)}`);
  expect(answer.statusCode, answer.body).toBe(200);
  const { data } = answer.json<{ data: { event: { id: string; data: object } }[] }>();
  expect(data).toMatchObject([
    { event: { id: name, data: { resource: name, account_id: name, tags: { [name]: name } } } },
  ]);
  expect((await api.call("GET", `/v1/accounts/${encodeURIComponent(name)}`)).statusCode).toBe(404);
});

test("an event nobody sent is a 404", async () => {
  expect((await api.call("GET", "/v1/events/nobody/nothing")).statusCode).toBe(404);
});

test("a repeat is a duplicate, the same id with other content is refused", async () => {
  const first = event("twice", "VM.CREATE", "2026-10-01T10:00:00Z");
  expect(await postBatch([first])).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  expect(await postBatch([first, first])).toEqual({ accepted: 0, duplicates: 2, rejected: [] });
  const other = await postBatch([{ ...first, type: "VM.START" }]);
  expect(other).toMatchObject({ accepted: 0, duplicates: 0, rejected: [{ index: 0, id: "twice", field: "id" }] });
});

test.each(cases)("refused, and named: $why", async ({ why, given, then }) => {
  const good = event(`bad/${why}`, "VOLUME.CREATE", "2026-10-01T10:00:00Z", { resource: "volume-1", size: "1024" });
  const before = event(`before/${why}`, "VM.CREATE", "2026-10-01T10:00:00Z");
  const after = event(`after/${why}`, "VM.CREATE", "2026-10-01T10:00:00Z");
  const outcome = await postBatch([before, lay(good, given), after]);
  expect(outcome.accepted, "the rest of the batch is kept").toBe(2);
  expect(outcome.rejected).toHaveLength(1);
  expect(outcome.rejected[0]).toMatchObject({ index: 1, field: then.field });
  for (const words of then.reason) expect(outcome.rejected[0]?.reason).toContain(words);
});

test("the good event of the cases is good", async () => {
  expect(
    await postBatch([event("good", "VOLUME.CREATE", "2026-10-01T10:00:00Z", { resource: "volume-1", size: "1024" })]),
  ).toMatchObject({ accepted: 1 });
});

test("values that are no events at all are refused one by one", async () => {
  const outcome = await postBatch([
    42,
    null,
    "text",
    [],
    {},
    event("with strangers", "VM.CREATE", "2026-10-01T10:00:00Z"),
  ]);
  expect(outcome.accepted).toBe(1);
  expect(outcome.rejected.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
});

test("a line of NDJSON that is not JSON costs the other lines nothing", async () => {
  const lines = [
    JSON.stringify(event("line 0", "VM.CREATE", "2026-10-01T10:00:00Z")),
    '{"id": ',
    JSON.stringify(event("line 2", "VM.CREATE", "2026-10-01T10:00:00Z")),
  ];
  const answer = await post(lines.join("\n"), "application/x-ndjson");
  expect(answer.json()).toMatchObject({
    accepted: 2,
    rejected: [{ index: 1, id: null, reason: "the message is not JSON" }],
  });
});

test("JSON nested a hundred thousand deep is refused like any other", async () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const good = JSON.stringify(event("beside the deep one", "VM.CREATE", "2026-10-01T10:00:00Z"));
  const answer = await post(`[${deep},${good},{"specversion":"1.0","data":${deep}}]`, batchType);
  expect(answer.statusCode, answer.body).toBe(202);
  const outcome: IngestOutcome = answer.json();
  expect(outcome.accepted).toBe(1);
  expect(outcome.rejected.map(({ index }) => index)).toEqual([0, 2]);
});

test.each([
  ["is not JSON", "[{]", batchType],
  ["is cut off", '[{"id":"1"}', batchType],
  ["is empty", "", batchType],
])("a body that %s is a 400 as a whole", async (_why, body, type) => {
  const answer = await post(body, type);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ type: "/problems/unreadable-body", field: "body" });
});

test("an empty batch is taken and holds nothing", async () => {
  expect(await postBatch([])).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
});

test("a body above the limit is a 413 and one just below it is taken", async () => {
  const tooLarge = await post(`[${" ".repeat(eventBytesMax)}]`, batchType);
  expect(tooLarge.statusCode).toBe(413);
  expect(tooLarge.json()).toMatchObject({ type: "/problems/body-too-large" });
  const fits = await post(`[${" ".repeat(eventBytesMax - 2)}]`, batchType);
  expect(fits.statusCode).toBe(202);
});

test.each(["text/plain", "application/xml", "application/octet-stream"])("%s is a 415", async (type) => {
  const answer = await post("[]", type);
  expect(answer.statusCode).toBe(415);
  expect(answer.json()).toMatchObject({ type: "/problems/unsupported-media-type" });
});

/** The patch over the event: null takes away, `json` gives a value that text cannot. */
function lay(base: object, patch: Record<string, unknown>): object {
  const { json, ...rest } = patch;
  const result: Record<string, unknown> = {
    ...base,
    ...(json === undefined ? {} : (JSON.parse(json as string) as object)),
  };
  for (const [name, value] of Object.entries(rest)) {
    const inner = result[name];
    // The failsafe schema reads ~ as text.
    if (value === "~") delete result[name];
    else if (typeof value === "string") result[name] = value;
    else if (isJson(value)) result[name] = JSON.parse(value.json) as unknown;
    else result[name] = lay(typeof inner === "object" && inner !== null ? inner : {}, value as Record<string, unknown>);
  }
  return result;
}

function isJson(value: unknown): value is { json: string } {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "json";
}
