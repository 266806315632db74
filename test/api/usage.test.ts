import { afterAll, beforeAll, expect, test } from "vitest";
import { at } from "../at.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

interface Record {
  readonly id: string;
  readonly account_id: string;
  readonly usage_type: number;
  readonly resource: string;
  readonly quantity: string;
  readonly display_quantity: string;
}
interface Page {
  readonly data: Record[];
  readonly next_cursor: string | null;
  readonly complete_to: string | null;
  readonly run_id: string | null;
}

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
  const events = ["vm-1", "vm-2", "vm-3", "vm-4"].flatMap((resource, index) => {
    const data = {
      resource,
      account_id: index < 3 ? "acme-id" : "beta-id",
      account: index < 3 ? "acme" : "beta",
      tags: { team: index < 2 ? "red" : "blue" },
      ...(resource === "vm-1" ? { name: "web" } : {}),
    };
    return [
      event(`${resource}/create`, "VM.CREATE", "2026-09-30T06:00:00Z", data),
      event(`${resource}/start`, "VM.START", "2026-09-30T12:00:00Z", data),
      event(`${resource}/stop`, "VM.STOP", "2026-10-01T06:00:00Z", data),
    ];
  });
  await api.call("POST", "/v1/events", events);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
});
afterAll(() => api.close());

const range = "from=2026-09-30T00:00:00Z&to=2026-10-02T00:00:00Z";
const read = async (query: string): Promise<Page> => {
  const answer = await api.call("GET", `/v1/usage-records?${query}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

async function pageThrough(query: string, between: () => Promise<void> = async () => undefined): Promise<Page[]> {
  const pages = [await read(query)];
  for (let cursor = pages[0]?.next_cursor ?? null; cursor !== null; cursor = pages.at(-1)?.next_cursor ?? null) {
    if (pages.length === 1) await between();
    pages.push(await read(`${query}&cursor=${cursor}`));
  }
  return pages;
}

test("a window holds what ran in it, to the millisecond", async () => {
  const { data, complete_to, next_cursor } = await read(`${range}&resource=vm-1`);
  expect(next_cursor).toBeNull();
  expect(complete_to, "the last midnight before noon").toBe("2026-10-02T00:00:00.000Z");
  // Running 12:00 to 24:00 and 00:00 to 06:00; allocated 06:00 to 24:00 and the whole next day.
  expect(data.map(({ usage_type, quantity, display_quantity }) => [usage_type, quantity, display_quantity])).toEqual([
    [1, "43200000", "12"],
    [2, "64800000", "18"],
    [1, "21600000", "6"],
    [2, "86400000", "24"],
  ]);
});

test("filters repeat and narrow", async () => {
  const { data } = await read(`${range}&usage_type=1&resource=vm-1&resource=vm-4`);
  expect(data.map(({ account_id, resource }) => `${account_id}/${resource}`)).toEqual([
    "acme-id/vm-1",
    "acme-id/vm-1",
    "beta-id/vm-4",
    "beta-id/vm-4",
  ]);
  expect((await read(`${range}&account_id=beta-id`)).data).toHaveLength(4);
  expect((await read(`${range}&account_id=nobody`)).data).toEqual([]);
});

test("from is in the range and to is not", async () => {
  const starts = async (from: string, to: string) =>
    (await read(`from=${from}&to=${to}&usage_type=1&account_id=beta-id`)).data.length;
  expect(await starts("2026-09-30T00:00:00Z", "2026-10-01T00:00:00Z")).toBe(1);
  expect(await starts("2026-09-30T00:00:00.001Z", "2026-10-01T00:00:00Z")).toBe(0);
  expect(await starts("2026-09-30T00:00:00.001Z", "2026-10-01T00:00:00.001Z")).toBe(1);
  expect(
    await starts("2026-10-01T02:00:00%2B02:00", "2026-10-01T02:00:00.001%2B02:00"),
    "an offset names the same instant",
  ).toBe(1);
});

test("pages of three hold together what one page holds", async () => {
  const whole = await read(range);
  expect(whole.data).toHaveLength(16);
  const pages = await pageThrough(`${range}&limit=3`);
  expect(pages.flatMap(({ data }) => data)).toEqual(whole.data);
  for (const page of pages) expect(page.data.length).toBeLessThanOrEqual(3);
});

test("a cursor is good for its own filters only", async () => {
  const { next_cursor } = await read(`${range}&limit=3`);
  for (const query of [
    `${range}&usage_type=1&cursor=${next_cursor}`,
    `from=2026-09-01T00:00:00Z&to=2026-10-02T00:00:00Z&cursor=${next_cursor}`,
    `${range}&cursor=bm9uZQ`,
  ]) {
    const answer = await api.call("GET", `/v1/usage-records?${query}`);
    expect(answer.statusCode, query).toBe(400);
    expect(answer.json()).toMatchObject({ type: "/problems/invalid-request", field: "cursor" });
  }
  expect((await read(`${range}&limit=5&cursor=${next_cursor}`)).data, "the size of the page may change").toHaveLength(
    5,
  );
});

test("a cursor that was tampered with is refused", async () => {
  const { next_cursor } = await read(`${range}&limit=3`);
  const text = Buffer.from(next_cursor ?? "", "base64url").toString("utf8");
  const forged = Buffer.from(text.replace(/"as_of":"\d+"/, '"as_of":"999"')).toString("base64url");
  expect(forged).not.toBe(next_cursor);
  const answer = await api.call("GET", `/v1/usage-records?${range}&cursor=${forged}`);
  expect(answer.json()).toMatchObject({ status: 400, field: "cursor" });
});

test("sums by account, by tag and by day", async () => {
  const summary = async (query: string) => {
    const answer = await api.call("GET", `/v1/usage-summary?${range}&usage_type=1&${query}`);
    expect(answer.statusCode, answer.body).toBe(200);
    const { data } = answer.json<{ data: { group: object; display_quantity: string; records: number }[] }>();
    return data.map(({ group, display_quantity, records }) => ({ ...group, hours: display_quantity, records }));
  };
  // 18 hours each: 12 on the first day, 6 on the second.
  expect(await summary("group_by=account")).toEqual([
    { usage_type: 1, account: "acme-id", hours: "54", records: 6 },
    { usage_type: 1, account: "beta-id", hours: "18", records: 2 },
  ]);
  expect(await summary("group_by=tag:team,zone")).toEqual(
    expect.arrayContaining([
      { usage_type: 1, zone: "z1", "tag:team": "red", hours: "36", records: 4 },
      { usage_type: 1, zone: "z1", "tag:team": "blue", hours: "36", records: 4 },
    ]),
  );
  expect(await summary("group_by=day&group_by=account&account_id=beta-id")).toEqual([
    expect.objectContaining({ day: "2026-09-30", hours: "12" }),
    expect.objectContaining({ day: "2026-10-01", hours: "6" }),
  ]);
  // In Tokyo the day changes at 15:00 UTC: 3 hours before it, 15 after it.
  expect(await summary("group_by=day&time_zone=Asia/Tokyo&account_id=beta-id")).toEqual([
    expect.objectContaining({ day: "2026-09-30", hours: "3" }),
    expect.objectContaining({ day: "2026-10-01", hours: "15" }),
  ]);
});

test("clip cuts at both ends", async () => {
  const answer = await api.call(
    "GET",
    "/v1/usage-summary?from=2026-09-30T13:00:00Z&to=2026-09-30T15:30:00Z&usage_type=1&account_id=beta-id&clip=true",
  );
  expect(answer.json()).toMatchObject({ data: [{ quantity: "9000000", display_quantity: "2.5" }] });
});

test("records cut at both ends hold what lies between, of windows that reach in from before, too", async () => {
  // vm-4 was allocated all the time and ran: 2.5 hours of the one day; and from 22:00 on two hours of it and one of the next.
  const cut = async (from: string, to: string) =>
    (await pageThrough(`from=${from}&to=${to}&account_id=beta-id&clip=true&limit=1`))
      .flatMap(({ data }) => data)
      .map(({ usage_type, display_quantity }) => [usage_type, display_quantity]);
  expect(await cut("2026-09-30T13:00:00Z", "2026-09-30T15:30:00Z")).toEqual([
    [1, "2.5"],
    [2, "2.5"],
  ]);
  expect(await cut("2026-09-30T22:00:00Z", "2026-10-01T01:00:00Z")).toEqual([
    [1, "2"],
    [2, "2"],
    [1, "1"],
    [2, "1"],
  ]);
  expect(await cut("2026-10-01T06:00:00Z", "2026-10-01T07:00:00Z"), "stopped by then").toEqual([[2, "1"]]);
  const whole = (await read(`${range}&account_id=beta-id`)).data;
  expect((await read(`${range}&account_id=beta-id&clip=true`)).data, "no window reaches out").toEqual(whole);
});

test("a sum by resource says what the resource was called last", async () => {
  const sums = async (query: string) =>
    (await api.call("GET", `/v1/usage-summary?${range}&${query}`)).json<{ data: { name?: string | null }[] }>().data;
  expect((await sums("group_by=resource&usage_type=1&account_id=acme-id")).map(({ name }) => name)).toEqual([
    "web",
    null,
    null,
  ]);
  expect((await sums("group_by=account"))[0]).not.toHaveProperty("name");
});

test("a summary says when there is more than its limit", async () => {
  const summary = async (limit: number) =>
    (await api.call("GET", `/v1/usage-summary?${range}&group_by=resource&limit=${limit}`)).json<{
      data: unknown[];
      truncated: boolean;
    }>();
  const cut = await summary(7);
  expect([cut.data.length, cut.truncated]).toEqual([7, true]);
  const whole = await summary(8);
  expect([whole.data.length, whole.truncated]).toEqual([8, false]);
});

test.each([
  ["", "from", "missing"],
  ["from=2026-10-01T00:00:00Z", "to", "missing"],
  ["from=2026-10-01&to=2026-10-02", "from", "without an offset nobody knows whose clock is meant"],
  ["from=2026-10-01T00:00:00&to=2026-10-02T00:00:00Z", "from", "without an offset"],
  ["from=yesterday&to=2026-10-02T00:00:00Z", "from", '"yesterday"'],
  ["from=2026-10-02T00:00:00Z&to=2026-10-01T00:00:00Z", "to", "expected an instant after from"],
  ["from=0001-01-01T00:00:00Z&to=2026-10-01T00:00:00Z", "from", "between 1970 and 2299"],
  [`${range}&limit=0`, "limit", "is 0"],
  [`${range}&limit=1001`, "limit", "<= 1000"],
  [`${range}&limit=ten`, "limit", 'is "ten", expected it to be integer'],
  [`${range}&usage_type=1.5`, "usage_type.0", "integer"],
  [`${range}&account=acme`, "account", "expected no such field"],
  [`${range}&account_id=`, "account_id.0", 'is ""'],
])("a list asked for with ?%s says what is wrong with %s", async (query, field, words) => {
  const answer = await api.call("GET", `/v1/usage-records?${query}`);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ type: "/problems/invalid-request", field });
  expect(answer.json<{ detail: string }>().detail).toContain(words);
});

test.each([
  ["group_by=colour", "group_by", '"colour", expected any of account, usage_type'],
  ["group_by=tag:", "group_by", '"tag:"'],
  ["group_by=tag:a,tag:b", "group_by", "one tag at most"],
  ["time_zone=Europe/Nowhere", "time_zone", '"Europe/Nowhere", expected a zone of the tz database'],
  ["time_zone=%2B02:00", "time_zone", '"+02:00"'],
  ["clip=yes", "clip", 'is "yes", expected it to be boolean'],
])("a summary asked for with ?%s says what is wrong", async (query, field, words) => {
  const answer = await api.call("GET", `/v1/usage-summary?${range}&${query}`);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ field });
  expect(answer.json<{ detail: string }>().detail).toContain(words);
});

// Last, since it changes what is published.
test("a run that publishes between two pages does not change what the cursor sees", async () => {
  const query = `${range}&limit=3`;
  const before = await read(range);
  const pages = await pageThrough(query, async () => {
    const late = event("vm-1/late", "VM.STOP", "2026-09-30T18:00:00Z", { resource: "vm-1", tags: { team: "red" } });
    expect((await api.call("POST", "/v1/events", [late])).json()).toMatchObject({ accepted: 1 });
    api.clock.set(at("2026-10-03T12:00:00Z"));
    expect((await api.call("POST", "/v1/runs", { kind: "aggregate" })).json()).toMatchObject({ state: "published" });
  });
  expect(pages.flatMap(({ data }) => data)).toEqual(before.data);
  expect(new Set(pages.map(({ run_id }) => run_id))).toEqual(new Set([before.run_id]));
  const after = await read(range);
  expect(after.run_id).not.toBe(before.run_id);
  expect(
    after.data.find(({ resource, usage_type }) => resource === "vm-1" && usage_type === 1)?.display_quantity,
    "stopped six hours earlier",
  ).toBe("6");
});
