// What the server gives a browser before anybody has signed in: the same page for all, and a script and a style sheet that never change.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { homeOf, viewAddresses, viewAt } from "../../../api/dashboard/addresses.ts";
import { bundleDashboard } from "../../../api/dashboard/bundle.ts";
import { dashboardRoutes } from "../../../api/dashboard/dashboard-routes.ts";
import { answerProblems } from "../../../api/problems.ts";
import { secureHeaders } from "../../../api/http/security-headers.ts";
import { createTestClock } from "../../../core/clock.ts";
import { at } from "../../at.ts";

let app: FastifyInstance;
beforeAll(async () => {
  app = Fastify();
  answerProblems(app);
  await secureHeaders(app, { https: false });
  await dashboardRoutes(app, { clock: createTestClock(at("2026-10-02T12:00:00Z")) });
});
afterAll(() => app.close());

const addresses = ["/", ...viewAddresses.map(({ path }) => path.replace(":id", "st_1").replace(":line", "1"))];

test("every address of a view is answered with the page, which holds nothing of anybody, and nothing else is", async () => {
  const bodies = new Set<string>();
  for (const url of addresses) {
    const { statusCode, headers, body } = await app.inject({ url });
    expect({ url, statusCode, type: headers["content-type"] }).toEqual({
      url,
      statusCode: 200,
      type: "text/html; charset=utf-8",
    });
    expect(headers["cache-control"]).toBe("no-store");
    bodies.add(body);
  }
  expect(bodies.size).toBe(1);
  expect([...bodies][0]).toContain('content="2026-10-02T12:00:00.000Z"');
  for (const url of ["/nothing", "/statements/a/b", "/assets/other.js", "/assets/..%2f..%2fpackage.json"]) {
    expect((await app.inject({ url })).statusCode, url).toBe(404);
  }
});

test("a browser at an address where nothing is gets the page, to say so, and a program the problem; other methods are told theirs", async () => {
  const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  const asked = async (url: string, accept: string | undefined, method: "GET" | "POST" = "GET") => {
    const { statusCode, headers } = await app.inject({ method, url, headers: accept === undefined ? {} : { accept } });
    return `${statusCode} ${String(headers["content-type"])}`;
  };
  for (const url of ["/nothing", "/statements/a/b", "/v1/nothing"]) {
    expect(await asked(url, browser), url).toBe("404 text/html; charset=utf-8");
    for (const accept of [undefined, "*/*", "application/json", "image/png", "application/json, text/html;q=0.9"])
      expect(await asked(url, accept), `${url} ${accept}`).toBe("404 application/problem+json; charset=utf-8");
    expect(await asked(url, browser, "POST"), "not opened").toBe("404 application/problem+json; charset=utf-8");
  }
  expect(await asked("/usage", "application/json", "POST")).toBe("405 application/problem+json; charset=utf-8");
});

test("the page runs our own script and style sheet alone, asks nobody else, is framed by nobody and has nothing inline", async () => {
  const { headers, body } = await app.inject({ url: "/" });
  const policy = String(headers["content-security-policy"]).split(";");
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
  ])
    expect(policy).toContain(rule);
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["strict-transport-security"], "on plain HTTP it would say nothing").toBeUndefined();
  expect(body).not.toMatch(/<style|\sstyle=|\son\w+="|<script>/);
  const named = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, at]) => at).filter((at) => at !== "data:,");
  expect(named).toHaveLength(2);
  for (const at of named) expect(at).toMatch(/^\/assets\/dashboard-[\w-]{16}\.(js|css)$/);
});

test("script and style sheet are named after what they hold, kept by a browser for ever, and load nothing from elsewhere", async () => {
  const { script, style } = await bundleDashboard();
  for (const { name, media_type, content } of [script, style]) {
    const { statusCode, headers, rawPayload } = await app.inject({ url: `/assets/${name}` });
    expect({ statusCode, type: headers["content-type"] }).toEqual({ statusCode: 200, type: media_type });
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(rawPayload.equals(content)).toBe(true);
    // Names of namespaces are no addresses that are asked.
    const elsewhere = [...content.toString().matchAll(/https?:\/\/[^"'`) ]+/g)].map(([at]) => at);
    expect(elsewhere.filter((at) => !at.startsWith("http://www.w3.org/"))).toEqual([]);
  }
  expect(script.content.length).toBeLessThan(250_000);
});

test("what a browser runs is checked by the compiler as strictly as all else", async () => {
  const root = new URL("../../../", import.meta.url).pathname;
  const tsc = promisify(execFile)("node", ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "api/dashboard/web"], {
    cwd: root,
  });
  await expect(tsc).resolves.toMatchObject({ stdout: "" });
});

test("each role but the sender of events has a first view, may open it, and finds each view under a path and a key of its own", () => {
  for (const role of ["admin", "finance", "auditor", "domain-admin", "account"]) {
    const home = viewAt(`/${homeOf(role)}`);
    expect(home?.view.roles, role).toContain(role);
  }
  const keys = viewAddresses.flatMap(({ key }) => key ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  expect(viewAt("/statements/st_%2F1/lines/7")).toMatchObject({
    view: { name: "line" },
    params: { id: "st_/1", line: "7" },
  });
  expect(viewAt("/statements/%")).toMatchObject({ params: { id: "%" } });
  expect(viewAt("/nothing")).toBeNull();
});
