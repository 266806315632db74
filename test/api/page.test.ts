import { existsSync } from "node:fs";
import type { FastifyInstance } from "fastify";
import { type Browser, chromium } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";
import { buildApp } from "../../api/app.ts";
import { html } from "../../core/html.ts";
import { pageRoutes } from "../../api/page/page-routes.ts";
import { silentLog } from "../../core/log.ts";
import { at } from "../at.ts";
import { openTestSystem } from "../test-system.ts";

const hostile = `<img src=x onerror="alert(1)">&'`;

const { system, clock, close } = await openTestSystem(at("2026-11-02T12:00:00Z"));
const { token } = await system.keys.create({ name: "test", role: "admin" });
const producer = await system.keys.create({ name: "test", role: "producer" });

// One machine of `small`, running 1 October 00:00 to 3 October 12:00 (60 h), and one of `large`, which has no price, for 2 h.
const lives: [string, string, string, string][] = [
  ["VM.START", "2026-10-01T00:00:00Z", "vm-1", "small"],
  ["VM.STOP", "2026-10-03T12:00:00Z", "vm-1", "small"],
  ["VM.START", "2026-10-05T00:00:00Z", "vm-2", "large"],
  ["VM.STOP", "2026-10-05T02:00:00Z", "vm-2", "large"],
];
const messages = lives.map(([type, time, resource, offering], index) => {
  const value = {
    specversion: "1.0",
    id: `${index}`,
    source: "t",
    type,
    time,
    data: { account_id: "acme", account: hostile, resource, offering },
  };
  return { value, raw: () => JSON.stringify(value) };
});
await system.ingest.accept(messages, "test");
await system.accounts.put({ account_id: "acme", name: hostile }, { by: "test" });
const tariff = {
  tariff_id: "vm",
  name: "Machine",
  usage_type: 1,
  currency: "EUR",
  unit: "hour" as const,
  model: "per_unit" as const,
  rate: "0.50",
  condition: 'offering == "small"',
};
await system.rateCards.put("default", { name: "Test", currency: "EUR", tariffs: [tariff] }, "test");
await system.aggregate({ until: at("2026-11-01T00:00:00Z") });
await system.rate({ period: "2026-10" });
const [statement] = await system.statements.list({ period: "2026-10", limit: 10 });

async function newApp(open: boolean): Promise<FastifyInstance> {
  const app = await buildApp(system, { log: silentLog });
  await app.register(async (scope: FastifyInstance) => pageRoutes(scope, { system, open }));
  return app;
}
const open = await newApp(true);
const closed = await newApp(false);

afterAll(async () => {
  await open.close();
  await closed.close();
  await close();
});

const form = { "content-type": "application/x-www-form-urlencoded" };
const login = (value: string) =>
  closed.inject({
    method: "POST",
    url: "/login",
    headers: form,
    payload: new URLSearchParams({ token: value }).toString(),
  });

test("a template escapes what it is given and leaves markup of its own alone", () => {
  expect(html`<p title="${hostile}">${[html`<b>${1}</b>`]}${null}</p>`.markup).toBe(
    `<p title="&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;"><b>1</b></p>`,
  );
});

test("names from events are text on every page, never markup", async () => {
  for (const url of ["/", `/?account=acme`, `/statements/${statement!.id}`]) {
    const { body, statusCode } = await open.inject(url);
    expect(statusCode).toBe(200);
    expect(body).not.toContain("<img");
    expect(body).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;");
  }
});

test("pages allow neither scripts nor frames nor inline styles, and hold none", async () => {
  const { headers, body } = await open.inject("/");
  expect(headers["content-security-policy"]).toMatch(/default-src 'none'; style-src 'self';.*frame-ancestors 'none'/);
  expect(body).not.toMatch(/<script|<style|\sstyle=|\son\w+="/);
});

test("without a session a page asks for a token and shows nothing else", async () => {
  const page = await closed.inject("/");
  expect(page.statusCode).toBe(401);
  expect(page.body).toContain('type="password"');
  expect(page.body).not.toContain("small");
  expect((await closed.inject(`/statements/${statement!.id}`)).headers.location).toBe("/");
});

test("a token that reads opens a session in a cookie no script sees; signing out or twelve hours end it", async () => {
  expect((await login("wrong")).statusCode).toBe(401);
  expect((await login(producer.token)).statusCode).toBe(401);
  const entered = await login(token);
  expect(entered.statusCode).toBe(303);
  expect(entered.headers["set-cookie"]).toMatch(/; HttpOnly; SameSite=Lax/);
  expect(String(entered.headers["set-cookie"])).not.toContain(token);
  const cookie = String(entered.headers["set-cookie"]).split(";")[0]!;
  expect((await closed.inject({ url: "/", headers: { cookie } })).statusCode).toBe(200);

  clock.advance(12 * 3_600_000);
  expect((await closed.inject({ url: "/", headers: { cookie } })).statusCode).toBe(401);
  const again = String((await login(token)).headers["set-cookie"]).split(";")[0]!;
  await closed.inject({ method: "POST", url: "/logout", headers: { cookie: again } });
  expect((await closed.inject({ url: "/", headers: { cookie: again } })).statusCode).toBe(401);
});

test("a revoked key closes the pages it had opened", async () => {
  const auditor = await system.keys.create({ name: "auditor", role: "auditor" });
  const cookie = String((await login(auditor.token)).headers["set-cookie"]).split(";")[0]!;
  expect((await closed.inject({ url: "/", headers: { cookie } })).statusCode).toBe(200);
  await system.keys.revoke(auditor.key.key_id);
  expect((await closed.inject({ url: "/", headers: { cookie } })).statusCode).toBe(401);
});

test("the session opens the pages alone: the API still asks for its token", async () => {
  const cookie = String((await login(token)).headers["set-cookie"]).split(";")[0]!;
  expect((await closed.inject({ url: "/v1/accounts", headers: { cookie } })).statusCode).toBe(401);
});

test("an open page does not answer to a foreign name that points at this machine", async () => {
  expect((await open.inject({ url: "/", headers: { host: "evil.example" } })).statusCode).toBe(403);
});

test("a period that is none and a statement that is not there are told on a page", async () => {
  expect((await open.inject("/?period=2026-13")).statusCode).toBe(400);
  const absent = await open.inject("/statements/st_202610_00000000000000000000000000000000");
  expect({ status: absent.statusCode, type: absent.headers["content-type"] }).toEqual({
    status: 404,
    type: "text/html; charset=utf-8",
  });
});

test("the numbers are those of the bill: 60 h at 0.50 are 30.00, 2 h have no price", async () => {
  const { body } = await open.inject("/?period=2026-10");
  expect(body).toContain("30.00 EUR");
  // 24 + 24 + 12 hours on the first three days, 2 on the fifth
  const cells = [...body.matchAll(/<th scope="row">2026-10-(\d\d)<\/th>\s*<td>([\d.,]+)<\/td>/g)].map(
    ([, day, hours]) => `${day}: ${hours}`,
  );
  expect(cells.slice(0, 6)).toEqual(["01: 24", "02: 24", "03: 12", "04: 0", "05: 2", "06: 0"]);
  expect(cells).toHaveLength(31);
});

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));

describe.skipIf(executablePath === undefined && process.env["TALLY_TEST_REAL"] !== "1")(
  "in a real Chromium (skipped where none is installed; apt-get install chromium)",
  () => {
    test.each(["light", "dark"] as const)(
      "pages in %s fit a phone and a desk, break no rule of their own policy, and lead from the overview to a statement and back",
      async (colorScheme) => {
        expect(executablePath, "chromium is not installed").toBeDefined();
        const { url } = await serving();
        const browser = await launch();
        try {
          for (const width of [390, 1280]) {
            const page = await (
              await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: "reduce" })
            ).newPage();
            const complaints: string[] = [];
            page.on("console", (message) => complaints.push(message.text()));
            page.on("dialog", (dialog) => void complaints.push(`dialog ${dialog.message()}`));
            await page.goto(url);
            expect(await page.locator("h1").textContent()).toBe("October 2026");
            expect(await page.locator("svg[role=img] rect").count()).toBe(31);
            expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
            await page.getByText("Numbers").click();
            expect(await page.getByRole("rowheader", { name: "2026-10-03" }).isVisible()).toBe(true);
            await page.getByLabel("Account").selectOption("acme");
            await page.getByRole("button", { name: "Show" }).click();
            expect(new URL(page.url()).searchParams.get("account")).toBe("acme");
            await page.locator("main table a").click();
            expect(await page.getByText("no price").isVisible()).toBe(true);
            expect(await page.getByText("30.00 EUR").first().isVisible()).toBe(true);
            expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
            await page.getByRole("link", { name: "October 2026" }).click();
            expect(await page.locator("h1").textContent()).toBe("October 2026");
            expect(complaints).toEqual([]);
          }
        } finally {
          await browser.close();
        }
      },
    );
  },
);

let server: { url: string } | null = null;
async function serving(): Promise<{ url: string }> {
  return (server ??= { url: await open.listen({ host: "127.0.0.1", port: 0 }) });
}

function launch(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
  return chromium.launch({ executablePath: executablePath ?? "", args });
}
