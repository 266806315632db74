// What a list of what exists and the sanity checks say on the command line, on a data directory of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { event } from "./test-api.ts";
import { tally } from "./run-tally.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tally-findings-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...argv: string[]) => tally({ TALLY_DATA_DIR: join(folder, "data") }, ...argv);
const fileOf = (name: string, lines: readonly unknown[]): string => {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return file;
};

test("a list is reported, accepted with --accept and then agreed with; findings are checked, listed and accepted", async () => {
  const stop = event("e1", "VM.STOP", "2026-10-01T06:00:00Z", { resource: "vm-stopped" });
  expect((await run("ingest", fileOf("events.ndjson", [stop]))).status).toBe(0);

  const list = fileOf("list.ndjson", [{ kind: "vm", account_id: "acme-id", resource: "vm-9", running: true }]);
  const asked = ["inventory", list, "--source", "cloud/zone-1", "--at", "2026-10-02T00:00:00Z", "--complete-for", "vm"];
  const report = await run(...asked);
  expect(report.status, report.err).toBe(0);
  expect(report.out).toContain("listed and not metered");
  expect(report.out).toContain("proposed");
  const accepted = await run(...asked, "--accept");
  expect(accepted.out).toContain("accepted");
  expect((await run(...asked)).out).toContain("What is metered is what exists.");

  await run("aggregate", "--to", "2026-10-03T00:00:00Z");
  const checked = await run("findings", "check");
  expect(checked.status, checked.err).toBe(0);
  expect(checked.out).toContain("close-without-open: 1");
  const found = JSON.parse((await run("findings", "list", "--resource", "vm-stopped", "--json")).out) as {
    data: { id: string; check: string }[];
  };
  expect(found.data.map(({ check }) => check)).toEqual(["close-without-open"]);
  expect((await run("findings", "accept", found.data[0]?.id ?? "", "--reason", "known")).out).toBe("accepted\n");
  expect((await run("findings", "list", "--resource", "vm-stopped")).out).toBe("No findings.\n");
  const doctor = await run("doctor");
  expect(doctor.out).toMatch(/sanity .*ok.* 0 open errors and warnings/);
});

test("a list that is no list is refused, and bad usage is told apart", async () => {
  const bad = await run(
    "inventory",
    fileOf("bad.ndjson", [{ kind: "castle", account_id: "a", resource: "r" }]),
    "--source",
    "s",
  );
  expect(bad.status).toBe(1);
  expect(bad.err).toContain("castle");
  expect((await run("inventory", join(folder, "none"), "--source", "s")).status).toBe(1);
  expect((await run("inventory", join(folder, "none"))).status).toBe(2);
});
