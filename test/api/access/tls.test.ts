// HTTPS by files, on a real server.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTls } from "../../../api/access/tls.ts";
import { type Running, startAll } from "../../../api/all.ts";
import { sendOverTls } from "../../../api/cli/send-tls.ts";
import { createTestClock, systemClock } from "../../../core/clock.ts";
import { readConfig } from "../../../core/config.ts";
import { silentLog } from "../../../core/log.ts";
import { at } from "../../at.ts";
import { runCommandLine } from "../../../api/cli/program.ts";
import { spawnTally, tally } from "../run-tally.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const cert = fixture("cert.pem");
const key = fixture("key.pem");
const token = "a-token-from-outside";
let folder: string;
let running: Running;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tally-tls-"));
  const config = readConfig({
    TALLY_DATA_DIR: folder,
    TALLY_PORT: "0",
    TALLY_ADMIN_TOKEN: token,
    TALLY_TLS_CERT: cert,
    TALLY_TLS_KEY: key,
  });
  running = await startAll(config, { clock: systemClock, log: silentLog, jobs: false });
});
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("with a certificate and its key HTTPS is served, to be asked by it alone for a year, and a cookie is for HTTPS and this host alone", async () => {
  expect(running.url).toMatch(/^https:/);
  const { statusCode, headers } = await new Promise<IncomingMessage>((resolve, reject) => {
    get(new URL("/healthz", running.url), { ca: readFileSync(cert) }, (answer) => resolve(answer.resume())).on(
      "error",
      reject,
    );
  });
  expect([statusCode, headers["strict-transport-security"]]).toEqual([200, "max-age=31536000"]);
  const { cookie } = await running.system.keys
    .create({ name: "x", role: "auditor" }, { by: "test" })
    .then(async (made) => ({ cookie: await signIn(made.token) }));
  expect(cookie).toMatch(/^__Host-tally=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
});

test("commands ask a server over HTTPS by its address and a token, and nothing of one whose certificate they do not trust", async () => {
  const asked = { TALLY_URL: running.url, TALLY_TOKEN: token };
  const argv = ["settings", "get", "billing.currency"];
  const trusted = await spawnTally({ ...asked, NODE_EXTRA_CA_CERTS: cert }, argv, folder).ended();
  const not = await tally(asked, ...argv);
  expect(trusted).toMatchObject({ status: 0, out: "EUR\n" });
  expect(not).toMatchObject({ status: 1, out: "", err: expect.stringContaining("does not answer") as string });
});

test("plain HTTP is not answered", async () => {
  await expect(fetch(running.url.replace("https:", "http:"))).rejects.toThrow("fetch failed");
});

test("commands beside the server know it by its certificate, and send nothing to one that has another", async () => {
  const lock = JSON.parse(readFileSync(join(folder, "tally.lock"), "utf8")) as {
    url: string;
    token: string;
    certificate: string;
  };
  const headers = { authorization: `Bearer ${lock.token}` };
  const asked = { method: "GET", path: "/v1/session", headers } as const;
  const answer = await sendOverTls(lock.url, lock.certificate)(asked);
  expect(JSON.parse(Buffer.from(answer.bytes).toString())).toMatchObject({ id: "local", role: "admin" });
  await expect(sendOverTls(lock.url, lock.certificate.replaceAll("A", "B"))(asked)).rejects.toThrow(
    "another certificate",
  );
});

test("one file without the other, or one that is none, stops the start and says which", () => {
  const odd = join(folder, "odd.pem");
  writeFileSync(odd, "no certificate");
  expect(() => readTls({ tls_cert: cert, tls_key: null })).toThrow("belong together");
  expect(() => readTls({ tls_cert: null, tls_key: key })).toThrow("belong together");
  expect(() => readTls({ tls_cert: join(folder, "none"), tls_key: key })).toThrow("TALLY_TLS_CERT");
  expect(() => readTls({ tls_cert: odd, tls_key: key })).toThrow("not a certificate");
  expect(readTls({ tls_cert: null, tls_key: null })).toBeNull();
});

async function signIn(given: string): Promise<string> {
  const { request } = await import("node:https");
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL("/v1/session", running.url),
      { method: "POST", ca: readFileSync(cert), headers: { "content-type": "application/json" } },
      (answer) => resolve(String(answer.resume().headers["set-cookie"])),
    );
    asked.on("error", reject).end(JSON.stringify({ token: given }));
  });
}

test.each([
  ["2126-10-01T00:00:00Z", "ok"],
  ["2126-10-09T00:00:00Z", "warning"],
  ["2126-10-30T00:00:00Z", "wrong"],
])("at %s the doctor says of a certificate that ends on 29 October 2126: %s", async (now, state) => {
  const environment = { TALLY_DATA_DIR: join(folder, "doctor"), TALLY_TLS_CERT: cert, TALLY_TLS_KEY: key };
  const told = { out: "" };
  const output = { out: (text: string) => void (told.out += text), err: () => undefined, is_live: false };
  await runCommandLine(["doctor", "--json"], { output, clock: createTestClock(at(now)), environment });
  const { checks } = JSON.parse(told.out) as { checks: { check: string }[] };
  expect(checks.find(({ check }) => check === "certificate")).toMatchObject({
    state,
    detail: "good until 2126-10-29T03:44:13.000Z",
  });
});
