// People change their own password; what becomes of wrong ones is in attempts.test.ts, too.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../test-api.ts";
import { type Browser, keepCookies, signIn as signInAs } from "./browser.ts";

let api: TestApi;
const by = "test";
const password = "correct horse battery";
const wrong = "wrong horse battery";
const minutes = (count: number): number => count * 60_000;

beforeAll(async () => {
  api = await openTestApi();
  const { accounts, users, settings } = api.system;
  await accounts.put({ account_id: "acme-id", domain: "ROOT/acme" }, { by });
  for (const username of ["jan", "piet"]) {
    const { user_id } = await users.put({ account_id: "acme-id", username, user_id: username }, { by });
    await users.setPassword(user_id, password, { by });
  }
  // All of one address here; what an address may is seen below.
  await settings.set("api.requests.address", "0", by);
});
afterAll(() => api.close());

const signIn = (username: string, given: string, browser: Browser = { cookie: "" }) =>
  signInAs(api, { username, password: given }, browser);
const from = (browser: Browser) => ({ cookie: browser.cookie, "sec-fetch-site": "same-origin" });
const statusOf = async (browser: Browser): Promise<number> =>
  (await api.call("GET", "/v1/session", undefined, { cookie: browser.cookie })).statusCode;
const change = (old_password: string, new_password: string, headers: Record<string, string>) =>
  api.call("PUT", "/v1/session/password", { old_password, new_password }, headers);

test("who knows the old password has a new one: this session goes on, all others of that user end, those of nobody else", async () => {
  const [here, there, other] = [{ cookie: "" }, { cookie: "" }, { cookie: "" }];
  await signIn("jan", password, here);
  await signIn("jan", password, there);
  await signIn("piet", password, other);
  const former = here.cookie;
  api.clock.advance(1);
  const refused = await change(wrong, "another horse battery", from(here));
  expect([refused.statusCode, refused.json<{ field: string }>().field]).toEqual([400, "old_password"]);
  expect((await change(password, "short", from(here))).json()).toMatchObject({ status: 400, field: "new_password" });
  const changed = await change(password, "another horse battery", from(here));
  expect(changed.json(), changed.body).toMatchObject({ id: "jan", ends_at: expect.any(String) as string });
  keepCookies(here, changed.headers["set-cookie"]);
  expect(here.cookie).not.toBe(former);
  expect([await statusOf(here), await statusOf(there), await statusOf(other)]).toEqual([200, 401, 200]);
  expect(await statusOf({ cookie: former }), "the cookie before").toBe(401);
  expect((await signIn("jan", password)).statusCode).toBe(401);
  expect((await signIn("jan", "another horse battery")).statusCode).toBe(201);
  await api.system.users.setPassword("jan", password, { by });
});

test("nobody changes it for somebody else: another site's page, a key, and who is not known are refused", async () => {
  const here = { cookie: "" };
  await signIn("piet", password, here);
  expect((await change(password, wrong, { ...from(here), "sec-fetch-site": "cross-site" })).statusCode).toBe(403);
  const { token } = await api.system.keys.create({ name: "k", role: "account", account_id: "acme-id" }, { by });
  expect((await change(password, wrong, { authorization: `Bearer ${token}` })).statusCode).toBe(403);
  expect((await change(password, wrong, {})).statusCode).toBe(401);
  const own = await api.system.keys.create({ name: "of jan", user_id: "jan" }, { by });
  expect((await change(password, password, { authorization: `Bearer ${own.token}` })).statusCode, "jan's own key").toBe(
    200,
  );
});

test("the audit log says who changed it, from where, and neither password", async () => {
  const { data } = (await api.call("GET", "/v1/audit?operation=putOwnPassword&limit=50")).json<{
    data: { caller_id: string; status: number; changes: { kind: string; id: string }[] }[];
  }>();
  expect(data.find(({ status, caller_id }) => status === 200 && caller_id === "jan")).toMatchObject({
    changes: [{ kind: "user", id: "jan" }],
  });
  expect(data.some(({ status }) => status === 400)).toBe(true);
  for (const secret of [password, wrong, "another horse battery", "scrypt"])
    expect(JSON.stringify(data)).not.toContain(secret);
});

test("a signed-in browser whose old password is guessed at is held up too", async () => {
  api.clock.advance(minutes(15));
  const here = { cookie: "" };
  await signIn("jan", password, here);
  const answers: number[] = [];
  for (let one = 0; one < 11; one += 1) answers.push((await change(wrong, password, from(here))).statusCode);
  expect(answers).toEqual([...Array.from({ length: 10 }, () => 400), 429]);
});

test("CloudStack's login counts with the same", async () => {
  api.clock.advance(minutes(15));
  const login = async (given: string): Promise<number> => {
    const body = new URLSearchParams({
      command: "login",
      username: "piet",
      domain: "/acme",
      password: given,
      response: "json",
    });
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return (await api.app.inject({ method: "POST", url: "/client/api", headers: type, payload: body.toString() }))
      .statusCode;
  };
  for (let one = 0; one < 9; one += 1) expect(await login(wrong)).toBe(531);
  expect((await signIn("piet", wrong)).statusCode).toBe(401);
  expect(await login(password)).toBe(429);
});
