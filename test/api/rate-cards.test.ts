// Prices over HTTP: states and ETags, files, single tariffs, who is on which card, and what would be.
import { afterAll, beforeAll, expect, test } from "vitest";
import { refused } from "./asking.ts";
import { openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
const card = { name: "List", currency: "EUR", tariffs: [vm] };
const withTag = (etag: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${api.admin}`,
  "if-match": etag,
  ...more,
});

test("what is there is changed by those alone who say which state they have seen", async () => {
  expect((await api.call("PUT", "/v1/rate-cards/tags", card)).headers["etag"]).toBe('"1"');
  await refused(api, "PUT", "/v1/rate-cards/tags", card, {
    status: 428,
    field: "if-match",
    words: "if-match is missing",
  });
  await refused(
    api,
    "PUT",
    "/v1/rate-cards/tags",
    card,
    { status: 412, field: "if-match", words: "revision 1, not 7" },
    withTag('"7"'),
  );
  expect((await api.call("PUT", "/v1/rate-cards/tags", card, withTag('"1"'))).json()).toMatchObject({
    version: 2,
    revision: 2,
  });
});

test("a draft is put, made active and ended", async () => {
  await api.call("PUT", "/v1/rate-cards/steps", card);
  const draft = await api.call("PUT", "/v1/rate-cards/steps", { ...card, state: "draft" }, withTag('"1"'));
  expect(draft.json()).toMatchObject({ version: 2, state: "draft" });
  expect((await api.call("GET", "/v1/rate-cards/steps")).json()).toMatchObject({
    version: 1,
    state: "active",
    revision: 2,
  });
  expect((await api.call("GET", "/v1/rate-cards/steps?version=2")).json()).toMatchObject({ state: "draft" });
  const state = "/v1/rate-cards/steps/versions/2/state";
  await refused(api, "PUT", state, { state: "active" }, { status: 428, words: "if-match is missing" });
  await refused(api, "PUT", state, { state: "draft" }, { status: 400, words: "state" }, withTag('"2"'));
  expect((await api.call("PUT", state, { state: "active" }, withTag('"2"'))).json()).toMatchObject({ state: "active" });
  const ended = await api.call("PUT", state, { state: "archived", valid_to: "2026-10-01T00:00:00Z" }, withTag('"3"'));
  expect(ended.json()).toMatchObject({ state: "archived", valid_to: "2026-10-01T00:00:00.000Z", revision: 4 });
  const versions = (await api.call("GET", "/v1/rate-cards/steps/versions")).json<{ data: { state: string }[] }>();
  expect(versions.data.map(({ state: found }) => found)).toEqual(["active", "archived"]);
});

test("a card goes out as YAML and comes in again as it was, rates as they were written", async () => {
  const text = [
    "name: From a file",
    "currency: EUR",
    "tariffs:",
    "  - { tariff_id: vm, name: 007, usage_type: 1, unit: hour, model: per_unit, rate: 0.10, condition: 'zone in [\"z1\"]' }",
    "  - tariff_id: disk",
    "    name: no",
    "    usage_type: 6",
    "    unit: gib_month",
    "    model: graduated",
    "    tiers: [{ up_to: 100, rate: 0.1100 }, { up_to: null, rate: 0.09 }]",
  ].join("\n");
  const put = await api.call(
    "PUT",
    "/v1/rate-cards/file",
    text,
    withTag('"0"', { "content-type": "application/yaml" }),
  );
  expect(put.statusCode, put.body).toBe(200);
  const [disk, machine] = put.json<{ tariffs: Record<string, unknown>[] }>().tariffs;
  expect(machine).toMatchObject({ name: "007", rate: "0.10", condition: 'zone in ["z1"]' });
  expect(disk).toMatchObject({
    name: "no",
    tiers: [
      { up_to: "100", rate: "0.1100" },
      { up_to: null, rate: "0.09" },
    ],
  });
  const out = await api.call("GET", "/v1/rate-cards/file", undefined, withTag("*", { accept: "application/yaml" }));
  expect([out.headers["content-type"], out.headers["vary"]]).toEqual(["application/yaml; charset=utf-8", "accept"]);
  for (const [accept, type] of [
    ["text/yaml", "text/yaml"],
    ["application/yaml;q=0.5, application/json", "application/json"],
    ["application/json;q=0, */*", "application/yaml"],
  ] as const) {
    const chosen = await api.call("GET", "/v1/rate-cards/file", undefined, withTag("*", { accept }));
    expect(chosen.headers["content-type"], accept).toContain(type);
  }
  const again = await api.call(
    "PUT",
    "/v1/rate-cards/file",
    out.body,
    withTag('"1"', { "content-type": "application/yaml" }),
  );
  expect(again.json<{ tariffs: unknown }>().tariffs).toEqual([disk, machine]);
  await refused(
    api,
    "PUT",
    "/v1/rate-cards/else",
    out.body,
    { status: 400, field: "rate_card_id", words: '"file", expected "else"' },
    withTag('"0"', { "content-type": "application/yaml" }),
  );
  await refused(
    api,
    "PUT",
    "/v1/rate-cards/else",
    "name: [",
    { status: 400, words: "at line 1" },
    withTag('"0"', { "content-type": "application/yaml" }),
  );
});

test("a condition that cannot be is refused with its place, and two tariffs for one record with that record", async () => {
  const put = (tariffs: object[], expected: { status: number; field: string; words: string }) =>
    refused(api, "PUT", "/v1/rate-cards/faulty", { ...card, tariffs }, expected);
  await put([{ ...vm, condition: 'zone == "z1" && size > 1.5' }], {
    status: 400,
    field: "tariffs/0/condition",
    words: "line 1, column 24, at 1.5",
  });
  const [one, other] = [
    { ...vm, condition: 'zone == "z1"' },
    { ...vm, tariff_id: "gpu", condition: 'offering.startsWith("gpu-")' },
  ];
  await put([one, other], {
    status: 409,
    field: "tariffs/1",
    words: 'vm and gpu both price usage type 1, component base: both match a record with zone "z1", offering "gpu-"',
  });
});

test("a single tariff is put and deleted under its card's ETag", async () => {
  await api.call("PUT", "/v1/rate-cards/single", card);
  const path = "/v1/rate-cards/single/tariffs/disk";
  const disk = { name: "Disk", usage_type: 6, unit: "gib_hour", model: "per_unit", rate: "0.001" };
  await refused(api, "PUT", path, disk, { status: 428, words: "if-match" });
  const put = await api.call("PUT", path, disk, withTag('"1"'));
  expect([put.json(), put.headers["etag"]]).toEqual([
    expect.objectContaining({ tariff_id: "disk", rate: "0.001", version: 2 }),
    '"2"',
  ]);
  expect((await api.call("DELETE", path, undefined, withTag('"1"'))).statusCode).toBe(412);
  expect((await api.call("DELETE", path, undefined, withTag('"2"'))).headers["etag"]).toBe('"3"');
  expect((await api.call("GET", path)).statusCode).toBe(404);
  const left = (await api.call("GET", "/v1/tariffs?rate_card_id=single")).json<{ data: object[] }>();
  expect(left.data).toMatchObject([{ tariff_id: "vm", version: 3 }]);
});

test("an account is on its own card, its domain's, or the default one, from a month on", async () => {
  for (const id of ["own", "shared", "deal"]) await api.call("PUT", `/v1/rate-cards/${id}`, card);
  await api.call("PUT", "/v1/accounts/who", { domain: "ROOT/acme/dev" });
  const inForce = async (period: string) =>
    (await api.call("GET", `/v1/accounts/who/rate-card?period=${period}`)).json<{ in_force: object }>().in_force;
  expect(await inForce("2026-10")).toMatchObject({ rate_card_id: "default", source: "default" });
  const domain = "/v1/domains/ROOT%2Facme/rate-card";
  expect((await api.call("PUT", domain, { rate_card_id: "shared" })).json()).toMatchObject({ valid_from: "2026-10" });
  expect(await inForce("2026-09")).toMatchObject({ source: "default" });
  expect(await inForce("2026-10")).toMatchObject({ rate_card_id: "shared", source: "domain", domain: "ROOT/acme" });
  const account = "/v1/accounts/who/rate-card";
  const put = await api.call("PUT", account, { rate_card_id: "own", valid_from: "2026-11" }, withTag('"0"'));
  expect([put.headers["etag"], put.json()]).toEqual(['"1"', expect.objectContaining({ valid_from: "2026-11" })]);
  await refused(
    api,
    "PUT",
    account,
    { rate_card_id: "shared" },
    { status: 412, words: "revision 1, not 0" },
    withTag('"0"'),
  );
  await api.call("PUT", account, { override_card_id: "deal", valid_from: "2026-12" }, withTag('"1"'));
  expect(await inForce("2026-11")).toMatchObject({ rate_card_id: "own", override_card_id: "" });
  expect(await inForce("2026-12")).toMatchObject({ rate_card_id: "own", override_card_id: "deal", source: "account" });
  await refused(
    api,
    "PUT",
    account,
    { rate_card_id: "own", valid_from: "2026-13" },
    { status: 400, field: "valid_from", words: "a month" },
  );
  await refused(
    api,
    "PUT",
    domain,
    { rate_card_id: "none" },
    { status: 400, field: "rate_card_id", words: "a rate card that exists" },
  );
  expect((await api.call("GET", domain)).json()).toMatchObject({
    assignments: [{ rate_card_id: "shared", revision: 1 }],
  });
});

const use = {
  usage_type: 1,
  quantity: "36000000",
  from: "2026-10-01T00:00:00Z",
  to: "2026-10-01T10:00:00Z",
  offering: "small",
};
const tiers = [
  { up_to: "15", rate: "1" },
  { up_to: null, rate: "0.5" },
];
const preview = (body: object) => api.call("POST", "/v1/rate-preview", body);

test("stated use is priced as a run would price it, and nothing is kept", async () => {
  const stepped = {
    ...card,
    tariffs: [{ ...vm, model: "graduated", rate: undefined, tiers, condition: 'offering == "small"' }],
  };
  const later = { ...use, from: "2026-10-02T00:00:00Z", to: "2026-10-02T10:00:00Z" };
  const answer = await preview({
    card: stepped,
    usage: [later, use, { ...use, offering: "large" }],
    currency: "EUR",
    time_zone: "UTC",
  });
  // in the order of time: 10 h at 1 = 10; then 5 h at 1 and 5 h at 0.5 = 7.50; large has no price
  expect(answer.json()).toMatchObject({
    currency: "EUR",
    total: "17.500000000",
    lines: [
      { index: 0, tariff_id: "vm", amount: "7.500000000", state: "rated" },
      { index: 1, tariff_id: "vm", amount: "10.000000000", state: "rated" },
      { index: 2, tariff_id: null, amount: "0.000000000", state: "unrated" },
    ],
  });
  expect((await api.call("GET", "/v1/rate-cards/preview")).statusCode).toBe(404);
  await refused(api, "POST", "/v1/rate-preview", { card }, { status: 400, words: "either usage or period" });
  await refused(
    api,
    "POST",
    "/v1/rate-preview",
    { rate_card_id: "nothing", usage: [use] },
    { status: 404, words: "nothing" },
  );
});

test("stated use is cut where its price changes, as if used evenly, to the base unit", async () => {
  const until = { ...vm, model: "per_unit", rate: "0.36", valid_to: "2026-10-01T04:00:00Z" };
  const after = { ...until, tariff_id: "vm-2", rate: "0.72", valid_from: "2026-10-01T04:00:00Z", valid_to: null };
  const usage = [{ ...use, quantity: "36000001" }];
  const both = await preview({ card: { ...card, tariffs: [until, after] }, usage, currency: "EUR", time_zone: "UTC" });
  // 4 of 10 h are 14,400,000.4 ms and 6 of them 21,600,000.6: the one left over goes to the larger remainder.
  // 4 x 0.36 = 1.44; 6 h and 1 ms x 0.72 = 4.32 + 0.72 / 3,600,000 = 4.3200002
  const [first, second] = [
    { index: 0, from: "2026-10-01T00:00:00.000Z", to: "2026-10-01T04:00:00.000Z" },
    { index: 0, from: "2026-10-01T04:00:00.000Z", to: "2026-10-01T10:00:00.000Z" },
  ];
  expect(both.json()).toMatchObject({
    total: "5.760000200",
    lines: [
      { ...first, tariff_id: "vm", quantity: "14400000", amount: "1.440000000" },
      { ...second, tariff_id: "vm-2", quantity: "21600001", amount: "4.320000200" },
    ],
  });
  const one = await preview({ card: { ...card, tariffs: [until] }, usage, currency: "EUR", time_zone: "UTC" });
  expect(one.json()).toMatchObject({
    lines: [
      { ...first, tariff_id: "vm", state: "rated" },
      { ...second, tariff_id: null, quantity: "21600001", state: "unrated" },
    ],
  });
});

test("a month's real use is held against what is rated, at a card in the body or a draft, and stays as it was", async () => {
  await api.system.store.write.command({
    query: `INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, quantity)
      VALUES (1, 1, 'acme', '2026-10-01 00:00:00.000', '2026-10-02 00:00:00.000', 1, 'vm-1', 86400000)`,
  });
  await api.system.store.write.command({
    query: `INSERT INTO run (run_seq, step, run_id, kind, state, bound, former_bound, versions, counts)
      VALUES (1, 1, 'run_1', 'aggregate', 'published', '{}', '{}', '{}', '{}')`,
  });
  await api.call("PUT", "/v1/rate-cards/default", card);
  await api.system.rate({ period: "2026-10" });
  const rated = (await api.call("GET", "/v1/statements?period=2026-10")).json<object>();
  // one day: 24 h × 0.10 = 2.40 is rated; 24 × 0.25 = 6.00, 24 × 0.05 = 1.20
  const dearer = await preview({
    card: { ...card, tariffs: [{ ...vm, rate: "0.25" }] },
    rate_card_id: "default",
    period: "2026-10",
  });
  const difference = { currency: "EUR", rated: "2.40", preview: "6.00", difference: "3.60" };
  expect(dearer.json()).toMatchObject({
    period: "2026-10",
    totals: [difference],
    accounts: [{ account_id: "acme", ...difference }],
  });
  const draft = { ...card, state: "draft", tariffs: [{ ...vm, rate: "0.05" }] };
  await api.call("PUT", "/v1/rate-cards/default", draft, withTag('"1"'));
  const cheaper = await preview({ rate_card_id: "default", version: 2, period: "2026-10", accounts: ["acme"] });
  expect(cheaper.json()).toMatchObject({ totals: [{ rated: "2.40", preview: "1.20", difference: "-1.20" }] });
  expect((await preview({ rate_card_id: "default", period: "2026-10", accounts: ["nobody"] })).json()).toMatchObject({
    accounts: [],
    totals: [],
  });
  expect((await api.call("GET", "/v1/statements?period=2026-10")).json()).toEqual(rated);
});
