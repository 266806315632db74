// Who changed what, from where; and that nothing secret gets into a log.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import pino from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditLine } from "../../../api/access/audit.ts";
import type { Log } from "../../../core/log.ts";
import { openTestApi, type TestApi } from "../test-api.ts";

const logged: string[] = [];
const log: Log = pino(
  { level: "trace" },
  new Writable({
    write: (piece: Buffer, _encoding, done) => {
      logged.push(piece.toString());
      done();
    },
  }),
);
let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ log });
});
afterAll(() => api.close());

const lines = async (query: string) =>
  (await api.call("GET", `/v1/audit?${query}`)).json<{ data: AuditLine[]; next_cursor: string | null }>();

test("a change says who made it, from where, and what was there before and after", async () => {
  const { token, key } = await api.system.keys.create({ name: "Ada", role: "finance" }, { by: "test" });
  const headers = { authorization: `Bearer ${token}` };
  await api.call("PUT", "/v1/accounts/acme-id", { name: "acme", currency: "EUR" }, headers);
  api.clock.advance(1000);
  const put = await api.app.inject({
    method: "PUT",
    url: "/v1/accounts/acme-id?x=secret-in-a-query",
    headers,
    payload: { name: "acme ltd" },
    remoteAddress: "::ffff:192.0.2.7",
  });
  expect(put.statusCode).toBe(200);
  const { data } = await lines(`caller_id=${key.key_id}&operation=putAccount`);
  expect(data.map(({ status }) => status)).toEqual([200, 200]);
  const [changed] = data.filter(
    ({ changes, status }) => status === 200 && changes.some(({ version }) => version === "2"),
  );
  expect(changed).toMatchObject({
    caller_name: "Ada",
    role: "finance",
    address: "192.0.2.7",
    method: "PUT",
    target: "/v1/accounts/acme-id",
    changes: [
      {
        kind: "account",
        id: "acme-id",
        version: "2",
        before: { name: "acme" },
        after: { name: "acme ltd", currency: "EUR" },
      },
    ],
  });
  expect(data.find(({ changes }) => changes[0]?.version === "1")?.changes[0]?.before).toBeNull();
  expect(JSON.stringify(data)).not.toContain("secret-in-a-query");
});

test("sign-ins and refusals are there, of who is not known too", async () => {
  await api.call("GET", "/v1/settings", undefined, {});
  const { token, key } = await api.system.keys.create({ name: "p", role: "producer", sources: ["x"] }, { by: "test" });
  await api.call("GET", "/v1/settings", undefined, { authorization: `Bearer ${token}` });
  await api.call("POST", "/v1/session", { token }, {});
  const { data } = await lines("refused=true&operation=listSettings");
  expect(data.map(({ caller_id, status }) => `${caller_id} ${status}`).toSorted()).toEqual([
    `${key.key_id} 403`,
    "nobody 401",
  ]);
  expect((await lines("operation=openSession")).data).toMatchObject([
    { caller_id: key.key_id, status: 201, changes: [] },
  ]);
});

test("each kind of control data has its before and after, and the list is read page by page, the latest first", async () => {
  const changes: [string, string, object, string][] = [
    ["PUT", "/v1/settings/billing.currency", { value: "USD" }, "setting"],
    ["POST", "/v1/users", { account_id: "acme-id", username: "jan" }, "user"],
    ["POST", "/v1/domains", { name: "labs" }, "catalogue"],
    ["POST", "/v1/keys", { name: "k", role: "auditor" }, "key"],
    ["PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [] }, "rate-card"],
    ["PUT", "/v1/accounts/acme-id/rate-card", { rate_card_id: "default" }, "rate-card-assignment"],
    ["PUT", "/v1/accounts/acme-id/balance-threshold", { low: "2.00" }, "balance-threshold"],
    [
      "POST",
      "/v1/credits",
      { credit_id: "c", payer_account_id: "acme-id", currency: "EUR", kind: "promotion", amount: "1.00" },
      "credit",
    ],
    [
      "POST",
      "/v1/payments",
      { payment_id: "p", payer_account_id: "acme-id", currency: "EUR", amount: "1.00" },
      "payment",
    ],
    ["POST", "/v1/webhooks", { url: "https://example.com/hook", facts: ["statement.finalized"] }, "webhook"],
  ];
  for (const [method, url, body, kind] of changes) {
    api.clock.advance(1000);
    const answer = await api.call(method as "PUT", url, body);
    expect(answer.statusCode, `${url}: ${answer.body}`).toBeLessThan(300);
    expect(
      (await lines("limit=1")).data[0]?.changes.map((change) => change.kind),
      url,
    ).toContain(kind);
  }
  const whole = (await lines("limit=1000")).data;
  const pages: AuditLine[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Awaited<ReturnType<typeof lines>> = await lines(`limit=4${cursor === "" ? "" : `&cursor=${cursor}`}`);
    pages.push(...page.data);
    cursor = page.next_cursor;
  }
  expect(pages).toEqual(whole);
  expect(whole.map(({ at }) => at)).toEqual(
    whole
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  );
});

test("no token, secret key, password or cookie is in a log, an audit line, or the store", async () => {
  const password = "a very secret pass phrase";
  const made = (await api.call("POST", "/v1/keys", { name: "s", role: "auditor" })).json<{
    token: string;
    secret_key: string;
  }>();
  const user = (await api.call("POST", "/v1/users", { account_id: "acme-id", username: "piet" })).json<{
    user_id: string;
  }>();
  await api.call("PUT", `/v1/users/${user.user_id}/password`, { password });
  const domain = "ROOT";
  const login = await api.call("POST", "/v1/session", { domain, username: "piet", password }, {});
  expect(login.statusCode, login.body).toBe(201);
  const cookie = /tally=([\w-]+)/.exec(String(login.headers["set-cookie"]))?.[1] ?? "";
  await api.call("POST", "/v1/session", { domain, username: "piet", password: `${password}!` }, {});
  await api.call("GET", "/v1/settings", undefined, { cookie: `tally=${cookie}` });
  await api.call("GET", "/v1/settings", undefined, { authorization: `Bearer ${made.token}x` });
  await api.call("POST", "/v1/keys", { token: made.token, name: 7 });
  await api.call("PUT", `/v1/users/${user.user_id}/password`, { pasword: password });
  const hook = (
    await api.call("POST", "/v1/webhooks", { url: "https://example.com/2", facts: ["statement.finalized"] })
  ).json<{ secret: string }>();
  const master = readFileSync(join(api.system.store.data_dir, "secret"));
  const secrets = [
    made.token,
    made.secret_key,
    password,
    cookie,
    master.toString("hex"),
    master.toString("base64url"),
    api.admin,
  ];
  const audit = (await api.call("GET", "/v1/audit?limit=1000")).body;
  const tables = ["api_key", "access_user", "access_session", "audit_line", "audit_change"];
  const stored = await Promise.all(
    tables.map(async (table) =>
      (await api.system.store.read.query({ query: `SELECT * FROM ${table}`, format: "JSONEachRow" })).text(),
    ),
  );
  expect(logged.length).toBeGreaterThan(2);
  for (const secret of [...secrets, hook.secret]) {
    expect(secret.length).toBeGreaterThan(8);
    for (const [where, text] of [
      ["log", logged.join("")],
      ["audit", audit],
      ["store", stored.join("")],
    ] as const)
      expect(text.includes(secret), `${secret.slice(0, 6)}… in the ${where}`).toBe(false);
  }
});
