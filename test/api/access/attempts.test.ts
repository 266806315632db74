// What a hostile request comes to: authorization headers, ids in paths, names, cookies, cells of tables.
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildApp } from "../../../api/app.ts";
import { httpLimits } from "../../../api/http/limits.ts";
import { silentLog } from "../../../core/log.ts";
import { at } from "../../at.ts";
import { dribble, speak } from "../http/speak.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";
import { type Browser, signIn as signInAs } from "./browser.ts";

let api: TestApi;
let url: string;
beforeAll(async () => {
  api = await openTestApi();
  url = await api.app.listen({ port: 0, host: "127.0.0.1" });
  await api.call("PUT", "/v1/accounts/acme-id", { domain: "ROOT/acme" });
  for (const username of ["jan", "piet"]) {
    await api.system.users.put({ account_id: "acme-id", username, user_id: username }, { by: "test" });
    await api.system.users.setPassword(username, "correct horse battery", { by: "test" });
  }
  // All have one address here; what an address may try is seen below.
  await api.system.settings.set("api.requests.address", "0", "test");
});
afterAll(() => api.close());

const rows: string[] = [];
const tell = (attempt: string, outcome: string): void => void rows.push(`| ${attempt} | ${outcome} |`);

const refusedTokens: [string, string][] = [
  ["no scheme", "tally_abc"],
  ["Basic", "Basic dXNlcjpwYXNz"],
  ["a token of nobody", "Bearer tally_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
  ["the SHA-256 of a token instead of the token", "Bearer hash"],
  ["SQL in the token", "Bearer '%20OR%201=1--"],
  ["two tokens, the first one valid", "Bearer ADMIN, Bearer x"],
  ["5,000 characters", `Bearer ${"x".repeat(5000)}`],
];

test("no authorization header but a token that counts opens anything", async () => {
  const [row] = await (
    await api.system.store.read.query({ query: "SELECT token_sha256 FROM api_key", format: "JSONEachRow" })
  ).json<{ token_sha256: string }>();
  for (const [what, header] of refusedTokens) {
    const authorization = header.replace("ADMIN", api.admin).replace("hash", row?.token_sha256 ?? "");
    const answer = await fetch(new URL("/v1/settings", url), { headers: { authorization } });
    expect(answer.status, what).toBe(401);
    tell(`authorization: ${what}`, "401, nothing more is said");
  }
});

test("a body that is too long, too deep, packed, unfinished or slow costs no more than its limit", async () => {
  const mebibyte = 1024 * 1024;
  const head = (...lines: string[]): string =>
    `${["POST /v1/accounts HTTP/1.1", "host: x", `authorization: Bearer ${api.admin}`, ...lines].join("\r\n")}\r\n\r\n`;
  const json = "content-type: application/json";
  const deep = `{"a":${"[".repeat(64)}${"]".repeat(64)}}`;
  const port = Number(new URL(url).port);
  const sent: [string, string, string][] = [
    ["a body that says it has 5 MiB", head(json, `content-length: ${5 * mebibyte}`), "413"],
    [
      "a body of 5 MiB that says nothing of its length",
      `${head(json, "transfer-encoding: chunked")}500000\r\n${" ".repeat(5 * mebibyte)}\r\n0\r\n\r\n`,
      "413",
    ],
    ["JSON of 65 levels", `${head(json, "connection: close", `content-length: ${deep.length}`)}${deep}`, "400"],
    ["a body packed by gzip", head(json, "connection: close", "content-encoding: gzip", "content-length: 1"), "415"],
    ["two lengths, or a length and chunks", head(json, "content-length: 5", "transfer-encoding: chunked"), "400"],
    ["headers of 20,000 characters", head(`x-long: ${"x".repeat(20_000)}`), "431"],
  ];
  for (const [attempt, text, status] of sent) {
    expect(await speak(port, (socket) => socket.write(text)), attempt).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    tell(attempt, status);
  }

  const limits = { ...httpLimits, receive_ms: 400, headers_ms: 300, look_ms: 100 };
  const hasty = await buildApp(api.system, { log: silentLog, limits });
  const slow = Number(new URL(await hasty.listen({ port: 0, host: "127.0.0.1" })).port);
  const late: [string, string, string][] = [
    ["headers that dribble in", "GET /v1/accounts HTTP/1.1\r\nx-slow: ", "20 s"],
    ["a body that dribbles in", head(json, "content-length: 1000"), "two minutes"],
    ["one that never comes", head(json, "transfer-encoding: chunked"), "two minutes"],
  ];
  for (const [attempt, text, time] of late) {
    const said = attempt.includes("never") ? speak(slow, (socket) => socket.write(text)) : dribble(slow, text);
    expect(await said, attempt).toMatch(/^HTTP\/1.1 408 /);
    tell(attempt, `408 after ${time}, and the connection ends`);
  }
  await hasty.close();
});

const ids: [string, string][] = [
  ["SQL", "x' OR '1'='1"],
  ["SQL with a comment", "x'; DROP TABLE account; --"],
  ["a parameter of the engine", "{within:Array(String)}"],
  ["a path above", "../../../../etc/passwd"],
  ["an encoded path above", "..%2f..%2fsecret"],
  ["NUL", "x\0y"],
  ["a line break", "x\r\nset-cookie: a=b"],
  ["a pattern", "%"],
  ["__proto__", "__proto__"],
];
const addresses = [
  "/v1/accounts/ID",
  "/v1/users/ID",
  "/v1/domains/ID",
  "/v1/statements/ID",
  "/v1/statements/ID?format=pdf",
  "/v1/billing-records/ID",
  "/v1/credits/ID",
  "/v1/budgets/ID",
  "/v1/exports/ID/file",
  "/v1/exports/ID",
  "/v1/runs/ID",
  "/v1/events/ID/ID",
  "/v1/settings/ID",
];

test("an id in a path is a value and nothing else: it is not found, and no table, file or header comes of it", async () => {
  for (const [what, id] of ids) {
    for (const address of addresses) {
      const asked = address.replaceAll("ID", encodeURIComponent(id));
      const answer = await api.call("GET", asked);
      expect([400, 404], `${asked}: ${answer.body}`).toContain(answer.statusCode);
      expect(answer.headers["set-cookie"]).toBeUndefined();
      expect(answer.body).not.toContain("root:");
    }
    tell(`id in a path: ${what}`, "404, or 400 where ids have a form");
  }
  expect((await api.call("GET", "/v1/accounts/acme-id")).statusCode, "nothing was dropped").toBe(200);
});

test("filters are values too: they find nothing that is not theirs", async () => {
  for (const [, id] of ids) {
    const found = await api.call("GET", `/v1/users?account_id=${encodeURIComponent(id)}`);
    expect(found.json()).toEqual({ data: [] });
    const audit = await api.call("GET", `/v1/audit?caller_id=${encodeURIComponent(id)}`);
    expect(audit.json()).toEqual({ data: [], next_cursor: null });
  }
  tell("SQL, patterns and NUL in a filter", "200 with an empty list");
});

test("a scoped key that names another account, in whatever way, stays within its own", async () => {
  const { token } = await api.system.keys.create({ name: "x", role: "account", account_id: "acme-id" }, { by: "test" });
  const headers = { authorization: `Bearer ${token}` };
  await api.call("PUT", "/v1/accounts/other-id", { domain: "ROOT/acmes" });
  const ask = async (path: string, more: Record<string, string> = {}) =>
    (await api.call("GET", path, undefined, { ...headers, ...more })).statusCode;
  expect(await ask("/v1/accounts/other-id")).toBe(404);
  expect(await ask("/v1/accounts/acme-id%00")).toBe(404);
  expect(await ask("/v1/balances?account_id=acme-id&account_id=other-id")).toBeGreaterThanOrEqual(400);
  tell("another account's id, or two where one is asked for", "404 as for nobody's; 400");
  for (const name of ["x-account-id", "x-forwarded-user", "x-http-method-override", "x-original-url", "x-rewrite-url"])
    expect(await ask("/v1/accounts/other-id", { [name]: "/v1/accounts/acme-id" }), name).toBe(404);
  tell("headers that claim another user, address or method", "not read");
  const below = await api.system.keys.create({ name: "d", role: "domain-admin", domain: "ROOT/acme" }, { by: "test" });
  const seen = await api.call("GET", "/v1/accounts", undefined, { authorization: `Bearer ${below.token}` });
  expect(seen.json<{ data: { account_id: string }[] }>().data.map(({ account_id }) => account_id)).toEqual(["acme-id"]);
  tell("a domain whose name begins alike (ROOT/acme, ROOT/acmes)", "not seen");
});

test.each([
  ["username", { account_id: "acme-id", username: "a/b" }],
  ["username", { account_id: "acme-id", username: "a\r\nb" }],
  ["username", { account_id: "acme-id", username: "" }],
])("a %s that would be something else where it stands is refused: %j", async (field, body) => {
  const answer = await api.call("POST", "/v1/users", body);
  expect(answer.json()).toMatchObject({ status: 400, field });
});

test("a name is kept as it was said, and is text wherever it is shown", async () => {
  const name = `<script>alert(1)</script>'";--`;
  await api.call("PUT", "/v1/accounts/odd-id", { name });
  expect((await api.call("GET", "/v1/accounts/odd-id")).json()).toMatchObject({ name });
  const { data } = (await api.call("GET", "/v1/audit?operation=putAccount&limit=1")).json<{
    data: { changes: { after: { name: string } }[] }[];
  }>();
  expect(data[0]?.changes.some(({ after }) => after.name === name)).toBe(true);
  const domain = await api.call("POST", "/v1/domains", { name: "a/b" });
  expect(domain.json()).toMatchObject({ status: 400, field: "name" });
  tell("markup and quotes in a name", "kept as said, text wherever it is shown");
  tell("`/` or a line break in a username or a domain's name", "400, naming the field");
});

test("a session's cookie is guessed, planted or borrowed in vain", async () => {
  for (const cookie of [
    "tally=",
    "tally=x",
    "__Host-tally=x",
    `tally=${api.admin}`,
    "tally=a; tally=b",
    `tally=${"x".repeat(5000)}`,
  ]) {
    const answer = await api.call("GET", "/v1/settings", undefined, { cookie });
    expect(answer.statusCode, cookie.slice(0, 30)).toBe(401);
  }
  tell("a cookie that is guessed, a token, or 5,000 characters", "401");
  tell("a change with the cookie from another site's page", "403 (`Sec-Fetch-Site`, else `Origin`)");
});

test("a cell of a table that a spreadsheet would run is text there", async () => {
  const formula = '=HYPERLINK("http://evil.example","x")';
  const vm = { tariff_id: "vm", name: formula, usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  await api.call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
  await api.call("PUT", "/v1/accounts/acme-id", { name: formula });
  await api.call("POST", "/v1/events", [
    event("e1", "VM.START", "2026-10-01T00:00:00Z", { account: formula, name: formula }),
  ]);
  await api.system.aggregate({ until: at("2026-10-02T00:00:00Z") });
  await api.system.rate({ period: "2026-10" });
  const [statement] = await api.system.statements.list({ period: "2026-10", limit: 1 });
  const csv = await api.call("GET", `/v1/statements/${statement?.id}?format=csv`);
  expect(csv.statusCode, csv.body).toBe(200);
  expect(csv.body).toContain("HYPERLINK");
  expect(csv.body).not.toMatch(/(^|[,;\n])"?=HYPERLINK/m);
  tell("`=HYPERLINK(…)` as a name, in a statement's CSV", "a quote before it: text");
  const hidden = ["\t=1+1", "\u00a0=1+1", "  @sum", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20sum"];
  const starts = hidden.map((name, at) =>
    event(`h${at}`, "VM.START", "2026-10-01T00:00:00Z", { name, resource: `vm-h${at}` }),
  );
  await api.call("POST", "/v1/events", starts);
  await api.system.aggregate({ until: at("2026-10-03T00:00:00Z") });
  const list = async (path: string, accept = "text/csv") =>
    (await api.app.inject({ url: path, headers: { authorization: `Bearer ${api.admin}`, accept } })).body;
  const records = "/v1/usage-records?from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z";
  const usage = await list(records);
  for (const name of [formula.replaceAll('"', '""'), ...hidden])
    expect([usage.includes(`"'${name}"`), usage.includes(`"${name}`)], JSON.stringify(name)).toEqual([true, false]);
  expect(await list(records, "application/x-ndjson"), "to programs as it was said").toContain(`"name":"\uff1d1+1"`);
  tell("a formula behind a tab or blanks, or with a sign in full width, in a list as CSV", "a quote before it: text");
  const ledger = await list("/v1/ledger");
  expect(ledger).toMatch(/,-\d+\.\d+,/);
  expect(ledger).not.toMatch(/'-?\d/);
  tell("a negative amount in a list as CSV", "the number it is");
});

const password = "correct horse battery";
const wrong = "wrong horse battery";
const quarter = 15 * 60_000;
const signIn = (username: string, given: string, browser?: Browser) =>
  signInAs(api, { username, password: given }, browser);

test("ten wrong passwords of a name hold up the next ones for a quarter of an hour, right or wrong, whether it exists or not", async () => {
  const tried: Record<string, unknown[]> = { piet: [], nobody: [] };
  for (const username of ["piet", "nobody"]) {
    // All at once is no way around it.
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(username, wrong)));
    expect(
      answers.filter(({ statusCode }) => statusCode === 401),
      username,
    ).toHaveLength(10);
    const held = await signIn(username, password);
    expect(Number(held.headers["retry-after"])).toBeGreaterThan(0);
    const { instance: _id, ...said } = held.json<Record<string, unknown>>();
    tried[username] = [held.statusCode, held.headers["retry-after"], said];
  }
  expect(tried["piet"]?.[0]).toBe(429);
  expect(tried["piet"]).toEqual(tried["nobody"]);
  expect((await signIn("jan", password)).statusCode, "another name").toBe(201);
  api.clock.advance(quarter);
  expect((await signIn("piet", password)).statusCode, "a quarter of an hour later").toBe(201);
  tell("ten wrong passwords of a name in a quarter of an hour, one by one or all at once", "401 each");
  tell(
    "the next ones, right or wrong, of a name that exists or of nobody",
    "429, the same of both, until the quarter has ended",
  );
});

test("somebody who never stops trying does not hold up the browsers a user has signed in with, and cannot claim to be one", async () => {
  const own = { cookie: "" };
  await signIn("piet", password, own);
  const left = {
    cookie: own.cookie
      .split("; ")
      .filter((one) => !one.startsWith("tally="))
      .join("; "),
  };
  for (let window = 0; window < 2; window += 1) {
    api.clock.advance(quarter);
    await Promise.all(Array.from({ length: 11 }, () => signIn("piet", wrong)));
    expect((await signIn("piet", password, { ...left })).statusCode, "known here").toBe(201);
    expect((await signIn("piet", password)).statusCode, "from elsewhere").toBe(429);
  }
  const forged = { cookie: `tally-known=piet.${"A".repeat(43)}` };
  expect((await signIn("piet", password, forged)).statusCode).toBe(429);
  const jans = { cookie: "" };
  await signIn("jan", password, jans);
  expect((await signIn("piet", password, jans)).statusCode, "another user's browser").toBe(429);
  for (let one = 0; one < 10; one += 1) await signIn("piet", wrong, { ...left });
  expect((await signIn("piet", password, { ...left })).statusCode, "and the user's own, tried on").toBe(429);
  tell("keeping on at a name, so that its user cannot sign in", "429, but in browsers that user has signed in with");
  tell("claiming to be such a browser, with a cookie made up or another user's", "429");
});

test("one address that tries name after name is held up as well, unless addresses mean nothing here", async () => {
  api.clock.advance(quarter);
  await api.system.settings.set("api.requests.address", "12000", "test");
  const answers: number[] = [];
  for (let next = 0; next < 32; next += 1) answers.push((await signIn(`name-${next}`, wrong)).statusCode);
  expect(answers.slice(0, 30).every((status) => status === 401)).toBe(true);
  expect(answers.slice(30)).toEqual([429, 429]);
  await api.system.settings.set("api.requests.address", "0", "test");
  expect((await signIn("name-33", wrong)).statusCode).toBe(401);
  tell("thirty wrong passwords from one address, of any names, and then more", "429 until the quarter has ended");
});

test("the page of attempts says what came of them", async () => {
  const head = [
    "# Attempts and what came of them",
    "",
    "Each is made in `test/api/access/attempts.test.ts`, which also writes this page (`-u`).",
    "",
    "| attempt | outcome |",
    "|---|---|",
  ];
  await expect(`${[...head, ...rows].join("\n")}\n`).toMatchFileSnapshot("../../../api/ATTEMPTS.md");
});
