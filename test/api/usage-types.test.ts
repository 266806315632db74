import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "../../api/app.ts";
import { buildSystem } from "../../api/open-system.ts";
import { silentLog } from "../../core/log.ts";
import { refused } from "./asking.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

interface Listed {
  readonly usage_type: number;
  readonly name: string;
  readonly added_at: string | null;
  readonly added_by: string | null;
}

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const list = async (): Promise<Listed[]> => (await api.call("GET", "/v1/usage-types")).json<{ data: Listed[] }>().data;

const gpu = {
  usage_type: 2001,
  name: "GPU_HOURS",
  measure: "duration",
  unit: "ms",
  display_unit: "hours",
  display_divisor: "3600000",
  effects: { "GPU.ATTACH": "open", "GPU.DETACH": "close" },
};
const calls = {
  usage_type: 2002,
  name: "API_CALLS",
  description: "Calls of the API gateway",
  measure: "count",
  unit: "requests",
  display_unit: "thousand requests",
  display_divisor: "1000",
  effects: { "API.CALL": "report" },
  shape_by: ["offering"],
};
const tokens = {
  usage_type: 2003,
  name: "TOKENS",
  measure: "sum",
  reading: "tokens",
  unit: "tokens",
  display_unit: "million tokens",
  display_divisor: "1000000",
  effects: { "LLM.COMPLETION": "report" },
};
const leftOut = {
  description: "",
  reading: "",
  shape_by: [],
  parts: false,
  max_gap_ms: 0,
  unsized: [],
  counts_from: null,
};

let sent = 0;
/** One event of each of the three, under ids of its own. */
function someEvents() {
  sent += 1;
  return [
    event(`gpu-${sent}`, "GPU.ATTACH", "2026-10-02T10:00:00Z", { resource: "gpu-1" }),
    event(`call-${sent}`, "API.CALL", "2026-10-02T10:00:00Z", { resource: "gateway-1" }),
    event(`llm-${sent}`, "LLM.COMPLETION", "2026-10-02T10:00:00Z", {
      resource: "model-1",
      readings: { tokens: "1234" },
    }),
  ];
}

test("the registry lists the usage types with what feeds them", async () => {
  const data = await list();
  expect(data.map(({ usage_type }) => usage_type)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 1001, 1002, 1003,
  ]);
  expect(data[3]).toEqual({
    ...leftOut,
    usage_type: 4,
    name: "NETWORK_BYTES_SENT",
    description: "Network Usage (Bytes Sent)",
    measure: "counter",
    unit: "bytes",
    display_unit: "GiB",
    display_divisor: "1073741824",
    effects: { "tally.counter": "report" },
    reading: "network_bytes_sent",
    added_at: null,
    added_by: null,
  });
});

test("GPU hours, calls and tokens are added over the API: their events are refused before, taken right after, and after a restart", async () => {
  const before = (await api.call("POST", "/v1/events", someEvents())).json<{
    accepted: number;
    rejected: { field: string }[];
  }>();
  expect(before.accepted).toBe(0);
  expect(before.rejected.map(({ field }) => field)).toEqual(["type", "type", "type"]);

  for (const type of [gpu, calls, tokens]) {
    const answer = await api.call("POST", "/v1/usage-types", type);
    expect(answer.statusCode, answer.body).toBe(201);
    expect(answer.json()).toEqual({
      ...leftOut,
      ...type,
      added_at: "2026-10-02T12:00:00.000Z",
      added_by: "TALLY_ADMIN_TOKEN (key_environment)",
    });
  }
  expect((await api.call("POST", "/v1/events", someEvents())).json()).toMatchObject({ accepted: 3, rejected: [] });
  const listed = await list();
  expect(listed.slice(-3)).toMatchObject([gpu, calls, tokens]);

  const { store, clock, log } = api.system;
  const again = await buildSystem(store, { clock, log });
  expect(again.usageTypes.version()).toBe(api.system.usageTypes.version());
  const app = await buildApp(again, { log: silentLog });
  const headers = { authorization: `Bearer ${api.admin}` };
  const types = await app.inject({ method: "GET", url: "/v1/usage-types", headers });
  expect(types.json<{ data: Listed[] }>().data).toEqual(listed);
  const taken = await app.inject({ method: "POST", url: "/v1/events", headers, payload: someEvents() });
  expect(taken.json()).toMatchObject({ accepted: 3, rejected: [] });
  await app.close();
});

test("what was added can be priced by its unit, and only by that", async () => {
  const tariff = {
    tariff_id: "llm",
    name: "Tokens",
    usage_type: 2003,
    currency: "EUR",
    model: "per_unit",
    rate: "0.80",
  };
  const put = (unit: string) => ({ name: "AI", currency: "EUR", tariffs: [{ ...tariff, unit }] });
  await refused(api, "PUT", "/v1/rate-cards/ai", put("gib"), {
    status: 400,
    field: "tariffs/0/unit",
    words: "each or thousand or million: TOKENS is counted in tokens",
  });
  const answer = await api.call("PUT", "/v1/rate-cards/ai", put("million"));
  expect([200, 201], answer.body).toContain(answer.statusCode);
});

const fresh = { ...gpu, usage_type: 2100, name: "FRESH" };
test.each([
  ["a taken id", { ...fresh, usage_type: 6 }, 409, "usage_type", "which is VOLUME"],
  ["the id of one that was added", { ...fresh, usage_type: 2001 }, 409, "usage_type", "which is GPU_HOURS"],
  ["a taken name", { ...fresh, name: "TOKENS" }, 409, "name", "usage type 2003"],
  [
    "an unknown measure",
    { ...fresh, measure: "average" },
    400,
    "measure",
    '"average", expected "duration" or "capacity"',
  ],
  ["an unknown effect", { ...fresh, effects: { "A.B": "start" } }, 400, "effects.A.B", '"start", expected "open"'],
  [
    "an effect its measure has not",
    { ...fresh, effects: { "A.B": "report" } },
    400,
    "effects.A.B",
    "expected open or close",
  ],
  [
    "no reading where one is wanted",
    { ...tokens, ...fresh, measure: "sum", unit: "x", effects: { X: "report" }, reading: "" },
    400,
    "reading",
    "data.readings",
  ],
  ["a reading where none is wanted", { ...fresh, reading: "x" }, 400, "reading", "expected nothing"],
  [
    "a reserved event type",
    { ...fresh, effects: { ...gpu.effects, "tally.size": "change" } },
    400,
    "effects.tally.size",
    "of your own",
  ],
  ["a divisor of nothing", { ...fresh, display_divisor: "0" }, 400, "display_divisor", "above 0"],
  ["a divisor as a number", { ...fresh, display_divisor: 3600 }, 400, "display_divisor", "3600"],
  ["an attribute no event has", { ...fresh, shape_by: ["colour"] }, 400, "shape_by.0", '"colour"'],
  ["a field nobody knows", { ...fresh, price: "1" }, 400, "price", "expected no such field"],
  ["no name", { ...fresh, name: undefined }, 400, "name", "missing"],
  ["an id past the highest", { ...fresh, usage_type: 65_536 }, 400, "usage_type", "65536"],
])("%s is refused, named, and nothing is added", async (_what, body, status, field, words) => {
  const before = await list();
  await refused(api, "POST", "/v1/usage-types", body, { status, field, words });
  expect(await list()).toEqual(before);
});

test.each(["finance", "auditor", "producer"] as const)("the role %s adds no usage type", async (role) => {
  const headers = { authorization: `Bearer ${await api.tokenOf(role)}` };
  expect((await api.call("POST", "/v1/usage-types", fresh, headers)).statusCode).toBe(403);
});
