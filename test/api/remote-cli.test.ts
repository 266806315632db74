// Commands of somebody who has a server's address and a token, and nothing of its data directory.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCli } from "../../api/cli/cli.ts";
import { standardOutput } from "../../api/cli/output.ts";
import { createProgram } from "../../api/cli/program.ts";
import { systemClock } from "../../core/clock.ts";
import { at } from "../at.ts";
import { tally } from "./run-tally.ts";
import { event, openTestApi, type TestApi } from "./test-api.ts";

let api: TestApi;
let url: string;
let finance: string;
const folder = mkdtempSync(join(tmpdir(), "tally-remote-"));
const data_dir = join(folder, "none");
const tokenFile = join(folder, "token");
const otherFile = join(folder, "other");

beforeAll(async () => {
  api = await openTestApi();
  url = await api.app.listen({ port: 0, host: "127.0.0.1" });
  finance = await api.tokenOf("finance");
  writeFileSync(tokenFile, `${finance}\nsomething else\n`);
  writeFileSync(otherFile, "hush hush, this is no token\n");
  await api.call("POST", "/v1/events", [event("e1", "VM.START", "2026-10-01T00:00:00Z")]);
  await api.system.aggregate({ until: at("2026-10-02T00:00:00Z") });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (environment: Record<string, string>, ...argv: string[]) =>
  tally({ TALLY_DATA_DIR: data_dir, ...environment }, ...argv);

test("a token in a file is who asks: its role decides, and the audit log has its name", async () => {
  const asked = { TALLY_URL: url, TALLY_TOKEN_FILE: tokenFile };
  const paid = ["--payer", "acme-id", "--amount", "5.00", "--currency", "EUR"];
  expect(await run(asked, "payments", "add", "p1", ...paid)).toMatchObject({ status: 0, err: "" });
  const refused = await run(asked, "settings", "set", "usage.close.grace", "4");
  expect(refused).toMatchObject({ status: 1, out: "" });
  expect(refused.err).toContain("the role finance may not PUT /v1/settings/:name");
  const { data } = (await api.call("GET", "/v1/audit?operation=putSetting&limit=1")).json<{ data: object[] }>();
  expect(data).toMatchObject([{ caller_name: "finance", role: "finance", status: 403 }]);
  expect(existsSync(data_dir), "nothing is opened here").toBe(false);
});

test("the files of an export come over the network, to the byte", async () => {
  const out = join(folder, "october.csv");
  const told = await run(
    { TALLY_URL: url, TALLY_TOKEN: finance },
    "export",
    "usage",
    "--period",
    "2026-10",
    "--out",
    out,
    "--json",
  );
  expect(told.status, told.err).toBe(0);
  const { files } = JSON.parse(told.out) as { files: { sha256: string; bytes: string }[] };
  const written = readFileSync(out);
  expect(written.toString()).toContain("vm-1");
  expect(createHash("sha256").update(written).digest("hex")).toBe(files[0]?.sha256);
  expect(existsSync(`${out}.part`)).toBe(false);
});

test.each([
  ["a token and no server", () => ({ TALLY_TOKEN: finance }), "TALLY_TOKEN is for a server, and TALLY_URL is missing"],
  ["a token's file and no server", () => ({ TALLY_TOKEN_FILE: tokenFile }), "TALLY_TOKEN_FILE is for a server"],
  ["both", () => ({ TALLY_URL: url, TALLY_TOKEN: finance, TALLY_TOKEN_FILE: tokenFile }), "expected one of them"],
  ["no such file", () => ({ TALLY_URL: url, TALLY_TOKEN_FILE: "/nowhere" }), "/nowhere, which cannot be read"],
  ["another file", () => ({ TALLY_URL: url, TALLY_TOKEN_FILE: otherFile }), "expected a token in its first line"],
  ["nobody there", () => ({ TALLY_URL: "http://127.0.0.1:1", TALLY_TOKEN: finance }), "does not answer"],
  ["a token of nobody", () => ({ TALLY_URL: url, TALLY_TOKEN: "tally_of_nobody_at_all" }), "No valid token"],
  ["no token", () => ({ TALLY_URL: url }), "No valid token"],
])(
  "%s is told in one line, without the token, and nothing is done as an admin",
  async (_what, environment, sentence) => {
    const { status, out, err } = await run(environment(), "settings", "set", "usage.close.grace", "4");
    expect([status, out]).toEqual([1, ""]);
    expect(err).toContain(sentence);
    expect(err).toMatch(/^tally: [^\n]*\n$/);
    expect(err).not.toMatch(/tally_\w{16}|hush/);
    expect(await api.system.settings.get("usage.close.grace")).not.toBe("4");
  },
);

test("no option takes a token: what stands in an argument others can see", () => {
  const all = [createProgram(createCli({ output: standardOutput, clock: systemClock }))];
  for (const command of all) all.push(...command.commands);
  const flags = all.flatMap(({ options }) => options.map(({ flags: said }) => said));
  expect(flags.length).toBeGreaterThan(100);
  expect(flags.filter((said) => /token|secret|password(?!-file)/.test(said))).toEqual([]);
});
