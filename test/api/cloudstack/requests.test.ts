// Requests and answers as they go over the wire: signatures, sessions, envelopes, refusals, pages and dates.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatInstant, instant } from "../../../core/instant.ts";
import { readCases } from "../../read-cases.ts";
import { at } from "../../at.ts";
import { event } from "../test-api.ts";
import { type ClientApi, type Credentials, openClientApi, signedQuery } from "./asking.ts";
import { describeWhichUsage } from "./which-usage.ts";

interface Recorded {
  readonly why: string;
  readonly method: "GET" | "POST";
  readonly signs: string;
  readonly sends: string;
  readonly then: { readonly status: string; readonly key: string; readonly holds: readonly string[] };
}

let api: ClientApi;
let acme: Credentials;
let acmeDomain: Credentials;
const by = { by: "test" };

beforeAll(async () => {
  api = await openClientApi();
  const { system } = api;
  const accounts = [
    ["acme-id", "acme", "ROOT/acme"],
    ["east-id", "east", "ROOT/acme/east"],
    ["other-id", "other", "ROOT/other"],
    ["twin-id", "acme", "ROOT/other"],
  ] as const;
  for (const [account_id, name, domain] of accounts) {
    await system.accounts.put({ account_id, name, domain }, by);
    const started = event(`start-${account_id}`, "VM.START", "2026-10-01T06:00:00Z", {
      account_id,
      resource: `vm-${account_id}`,
      name: '<b>"web" & co</b>',
    });
    await api.send([started]);
  }
  await system.accounts.put({ account_id: "rocket-id", name: "rocket", domain: "ROOT/acme", kind: "project" }, by);
  await system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  acme = await api.keyOf({ role: "account", account_id: "acme-id" });
  acmeDomain = await api.keyOf({ role: "domain-admin", domain: "ROOT/acme" });
}, 60_000);
afterAll(() => api.close());

const dates = { startdate: "2026-10-01", enddate: "2026-10-01" };
const soon = (ms = 900_000): string => formatInstant(instant(api.clock.now() + ms)).replace(".000Z", "+0000");
const bare = (query: string) => api.call("GET", `/client/api?${query}`, undefined, {});
const post = (form: string, headers: Record<string, string> = {}) =>
  api.call("POST", "/client/api", form, { "content-type": "application/x-www-form-urlencoded", ...headers });
const textOf = async (command: string, parameters: Record<string, string>, as?: Credentials) => {
  const answer = await api.ask(command, parameters, as);
  const [body] = Object.values(answer.json<Record<string, { errortext: string; errorcode: number }>>());
  expect(body?.errorcode).toBe(answer.statusCode);
  return [answer.statusCode, body?.errortext];
};

test.each(readCases<Recorded>("api/cloudstack-requests"))("$why", async ({ method, signs, sends, then }) => {
  const put = (text: string, signature = ""): string =>
    text
      .replace("${key}", api.root.apiKey)
      .replace("${expires}", encodeURIComponent(soon()))
      .replace("${signature}", encodeURIComponent(signature));
  const signature = createHmac("sha1", api.root.secretKey).update(put(signs).toLowerCase()).digest("base64");
  const answer = method === "GET" ? await bare(put(sends, signature)) : await post(put(sends, signature));
  expect(answer.statusCode, answer.body).toBe(Number(then.status));
  const body: Record<string, object> = answer.json();
  expect(Object.keys(body)).toEqual([then.key]);
  expect(Object.keys(body[then.key] ?? {})).toEqual(expect.arrayContaining([...then.holds]));
});

test("an address with a slash at its end is the same one", async () => {
  const query = signedQuery({ command: "listUsageTypes", response: "json" }, acme);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answers = [
    await api.app.inject({ method: "GET", url: `/client/api/?${query}` }),
    await api.app.inject({ method: "POST", url: "/client/api/", payload: query, headers }),
  ];
  for (const answer of answers)
    expect(answer.json()).toHaveProperty("listusagetypesresponse.usagetype.0.usagetypeid", 1);
});

describe("signatures", () => {
  const command = { command: "listUsageTypes", response: "json" };
  const status = async (parameters: Record<string, string>, as: Credentials): Promise<number> =>
    (await bare(signedQuery({ ...command, ...parameters }, as))).statusCode;

  test("version 2 needs no expiry, version 3 does, and one that is given counts in either", async () => {
    expect(await status({}, acme)).toBe(200);
    expect(await status({ signatureVersion: "3" }, acme)).toBe(401);
    expect(await status({ signatureVersion: "3", expires: soon() }, acme)).toBe(200);
    expect(await status({ signatureVersion: "3", expires: soon(-1000) }, acme)).toBe(401);
    expect(await status({ expires: soon(-1000) }, acme)).toBe(401);
    expect(await status({ signatureVersion: "3", expires: "tomorrow" }, acme)).toBe(401);
  });

  test("a parameter changed or added after signing, a key of nobody and one that is revoked are refused alike", async () => {
    const refused = [
      await bare(`${signedQuery({ ...command, ...dates }, acme)}&pagesize=1`),
      await bare(signedQuery(command, acme).replace("listUsageTypes", "listUsageJobs")),
      await bare(signedQuery(command, { ...acme, apiKey: "key_of_nobody" })),
      await bare("command=listUsageTypes&response=json"),
    ];
    const gone = await api.keyOf({ role: "admin" });
    await api.system.keys.revoke(gone.apiKey, by);
    refused.push(await bare(signedQuery(command, gone)));
    const told = refused.map(({ statusCode, body }) => `${statusCode} ${body.replace("usagejobs", "usagetypes")}`);
    expect(new Set(told).size).toBe(1);
    expect(refused[0]?.json()).toEqual({
      listusagetypesresponse: {
        uuidList: [],
        errorcode: 401,
        cserrorcode: 9999,
        errortext: "unable to verify user credentials and/or request signature",
      },
    });
  });

  test("a key is good from its networks alone", async () => {
    const far = await api.keyOf({ role: "admin", cidrs: ["192.0.2.0/24"] });
    expect(await status({}, far)).toBe(401);
  });
});

describe("sessions", () => {
  const password = "correct horse battery staple";
  beforeAll(async () => {
    const user = await api.system.users.put(
      { account_id: "acme-id", username: "ann", first_name: "Ann", time_zone: "America/St_Johns" },
      by,
    );
    await api.system.users.setPassword(user.user_id, password, by);
  });
  const login = (fields: Record<string, string>) =>
    post(
      new URLSearchParams({
        command: "login",
        response: "json",
        username: "ann",
        password,
        domain: "/acme",
        ...fields,
      }).toString(),
    );

  test("login gives a cookie and a session key, and both together are the user until logout", async () => {
    const answer = await login({});
    const { loginresponse } = answer.json<{ loginresponse: Record<string, string> }>();
    expect(loginresponse).toMatchObject({
      username: "ann",
      account: "acme",
      firstname: "Ann",
      type: "0",
      registered: "false",
      timezone: "America/St_Johns",
      timezoneoffset: "-2.5",
    });
    const cookies = [answer.headers["set-cookie"]].flat().map(String);
    expect(cookies.every((one) => /; Path=\/client; HttpOnly; SameSite=Lax; Max-Age=\d+$/.test(one))).toBe(true);
    const cookie = cookies.map((one) => one.split(";")[0]).join("; ");
    const key = encodeURIComponent(loginresponse["sessionkey"] ?? "");
    const ask = (query: string, headers: Record<string, string>) =>
      api.call("GET", `/client/api?response=json&${query}`, undefined, headers);
    const types = `command=listUsageRecords&startdate=2026-10-01&enddate=2026-10-01`;
    const own = await ask(`${types}&sessionkey=${key}`, { cookie });
    expect(own.json()).toMatchObject({
      listusagerecordsresponse: { count: 1, usagerecord: [{ accountid: "acme-id" }] },
    });
    expect((await ask(types, { cookie })).statusCode, "the cookie alone").toBe(401);
    expect((await ask(`${types}&sessionkey=${key}`, {})).statusCode, "the key alone").toBe(401);
    expect((await ask(`command=nothing&sessionkey=${key}`, { cookie })).statusCode).toBe(432);
    expect((await ask(`command=logout&sessionkey=${key}`, { cookie })).statusCode).toBe(200);
    expect((await ask(`${types}&sessionkey=${key}`, { cookie })).statusCode, "after logout").toBe(401);
  });

  test.each([
    ["a wrong password", { password: "guess" }],
    ["a name of nobody", { username: "nobody" }],
    ["another domain", { domain: "/other" }],
  ])("%s is refused in the same words", async (_why, fields) => {
    const answer = await login(fields);
    expect([answer.statusCode, answer.headers["set-cookie"]]).toEqual([531, undefined]);
    expect(answer.body).toContain("Failed to authenticate user, please provide valid credentials");
  });

  test("a password in an address is refused before it is looked at", async () => {
    expect((await bare(`command=login&username=ann&password=${encodeURIComponent(password)}`)).statusCode).toBe(405);
  });
});

describe("envelopes", () => {
  test("without response=json the answer is XML, and what it says cannot break it", async () => {
    const answer = await bare(signedQuery({ command: "listUsageRecords", ...dates }, acme));
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "text/xml; charset=utf-8"]);
    expect(answer.body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?><listusagerecordsresponse cloud-stack-version="[\d.]+"><count>1<\/count><usagerecord><account>acme<\/account>/,
    );
    expect(answer.body).toContain("<name>&lt;b&gt;&quot;web&quot; &amp; co&lt;/b&gt;</name>");
    expect(answer.body).toContain("<startdate>2026-10-01&apos;T&apos;00:00:00+00:00</startdate>");
    const refusal = await bare("command=listUsageRecords");
    expect(refusal.body).toContain("<listusagerecordsresponse cloud-stack-version");
    expect(refusal.body).toContain("<errorcode>401</errorcode>");
  });

  test("an empty list is an empty object, and a command nobody knows is refused as errorresponse", async () => {
    expect((await api.ask("listUsageRecords", { ...dates, type: "6" })).json()).toEqual({
      listusagerecordsresponse: {},
    });
    expect((await api.ask("listNothing")).json()).toEqual({
      errorresponse: {
        uuidList: [],
        errorcode: 401,
        cserrorcode: 9999,
        errortext: "The given command 'listNothing' either does not exist, is not available for user.",
      },
    });
  });

  test("a body that is no form, or too long, is refused in this form too", async () => {
    const answers = [
      await post(`command=listApis&x=${"a".repeat(5_000_000)}`),
      await api.call("POST", "/client/api", "{}", { "content-type": "application/json", "content-encoding": "gzip" }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([430, 430]);
    expect(answers.every(({ body }) => body.includes("<errorcode>430</errorcode>"))).toBe(true);
    const asJson = await api.call("POST", "/client/api?response=json", "a".repeat(5_000_000), {
      "content-type": "application/x-www-form-urlencoded",
    });
    expect(asJson.json()).toMatchObject({ errorresponse: { errorcode: 430 } });
    const json = await api.call("POST", "/client/api", { command: "listApis" }, { "content-type": "application/json" });
    expect(json.statusCode).toBe(401);
  });
});

describe("pages", () => {
  test("neither, both, all, and what is refused", async () => {
    const types = api.system.usageTypes.list().length;
    expect(await api.answerOf("listUsageTypes")).toMatchObject({ count: types });
    const page = await api.answerOf("listUsageTypes", { page: "2", pagesize: "5" });
    expect(page).toMatchObject({ count: types, usagetype: [{ id: 6 }, { id: 7 }, { id: 8 }, { id: 9 }, { id: 10 }] });
    expect(await api.answerOf("listUsageTypes", { pagesize: "-1" })).toMatchObject({ count: types });
    const missing = (name: string) => `Unable to execute API command listusagetypes due to missing parameter ${name}`;
    expect(await textOf("listUsageTypes", { pagesize: "5" })).toEqual([431, missing("page")]);
    expect(await textOf("listUsageTypes", { page: "1" })).toEqual([431, missing("pagesize")]);
    const tooMany = "Page size can't exceed max allowed page size value: 500";
    expect(await textOf("listUsageTypes", { page: "1", pagesize: "501" })).toEqual([431, tooMany]);
  });

  test("usage read page by page is the whole, in whatever order the pages are asked for", async () => {
    const all = await api.answerOf("listUsageRecords", dates);
    expect(all["count"]).toBe(4);
    for (const order of [
      [1, 2, 3, 4],
      [4, 2],
      [3, 1],
    ]) {
      const pages = new Map<number, unknown>();
      for (const page of order) {
        const answer = await api.answerOf("listUsageRecords", { ...dates, page: `${page}`, pagesize: "1" });
        expect(answer["count"]).toBe(4);
        pages.set(page, (answer["usagerecord"] as unknown[])[0]);
      }
      for (const [page, record] of pages) expect(record).toEqual((all["usagerecord"] as unknown[])[page - 1]);
    }
    for (const page of ["9", "999999999999"]) {
      const beyond = { page, pagesize: "1" };
      expect(await api.answerOf("listUsageRecords", { ...dates, ...beyond })).toEqual({ count: 4 });
      expect(await api.answerOf("listAccounts", beyond)).toEqual({ count: 5 });
    }
    // 2^32 rows on: an offset of 32 bits would be the first page again.
    expect(await api.answerOf("listAccounts", { page: "8589934593", pagesize: "500" })).toEqual({ count: 5 });
  });
});

describeWhichUsage(() => ({ api, acme, acmeDomain, dates, textOf }));
