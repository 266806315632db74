import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Told, tally } from "./run-tally.ts";
import { event } from "./test-api.ts";

const root = mkdtempSync(join(tmpdir(), "tally-backfill-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environmentOf = (name: string) => ({
  TALLY_DATA_DIR: join(root, name),
  TALLY_PORT: "0",
  TALLY_LOG_LEVEL: "error",
});
const run = (...argv: string[]): Promise<Told> => tally(environmentOf("one"), ...argv);

function write(name: string, events: readonly unknown[]): string {
  const path = join(root, name);
  writeFileSync(path, events.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n"));
  return path;
}
const vm = (id: string, type: string, time: string, resource: string) => event(id, type, time, { resource });

/** Running time in a month of its own use, ms. */
async function ran(environment: Record<string, string>, month: string, next: string): Promise<string[]> {
  const range = ["--from", `${month}-01T00:00:00Z`, "--to", `${next}-01T00:00:00Z`, "--basis", "usage", "--type", "1"];
  const { out } = await tally(environment, "usage", ...range, "--json");
  return (JSON.parse(out) as { data: { quantity: string }[] }).data.map(({ quantity }) => quantity);
}

test("a dry run says what would become of each event and which windows and periods it would change; then it is so", async () => {
  const first = vm("1", "VM.START", "2026-08-10T06:00:00Z", "vm-1");
  const base = write("base.ndjson", [first, vm("2", "VM.STOP", "2026-08-10T10:00:00Z", "vm-1")]);
  expect(await run("ingest", base)).toMatchObject({ status: 0 });
  expect(await run("aggregate", "--to", "2026-10-02T00:00:00Z")).toMatchObject({ status: 0 });
  const overrides = ["--override", "unrated=no prices", "--override", "silent-sources=a test"];
  expect(await run("close", "--period", "2026-08", ...overrides)).toMatchObject({ status: 0 });

  const missed = vm("3", "VM.START", "2026-08-20T00:00:00Z", "vm-2");
  const file = write("missed.ndjson", [
    first,
    vm("2", "VM.STOP", "2026-08-10T09:00:00Z", "vm-1"),
    missed,
    vm("4", "VM.STOP", "2026-08-20T03:00:00Z", "vm-2"),
    vm("5", "VM.START", "2026-09-05T10:00:00Z", "vm-3"),
    "{",
    vm("6", "VM.STOP", "2026-09-05T11:00:00Z", "vm-3"),
    missed,
    vm("7", "VM.CREATE", "2026-10-03T10:00:00Z", "vm-4"),
  ]);
  const expected = {
    // 3, 4, 5, 6 and 7; 1 is there, and 3 comes twice; 2 stopped at another time; { is no event
    new: 5,
    duplicates: 2,
    conflicting: 1,
    first_conflicting: [{ line: 2, id: "2", field: "id" }],
    rejected: 1,
    first_rejected: [{ line: 6, id: null, reason: "the message is not JSON" }],
    // 20 August, 5 September, 3 October: closing has published up to yesterday
    windows: 3,
    periods: [
      { period: "2026-08", open: 0, closed: 1 },
      { period: "2026-09", open: 1, closed: 0 },
      { period: "2026-10", open: 1, closed: 0 },
    ],
  };
  const dry = await run("backfill", "--file", file, "--dry-run", "--json");
  expect(dry).toMatchObject({ status: 0, err: "" });
  expect(JSON.parse(dry.out)).toMatchObject(expected);
  const told = await run("backfill", "--file", file, "--dry-run");
  expect(told.out).toContain("5 new, 2 duplicates, 1 conflicting, 1 rejected\n  line 2 (2): id is");
  expect(told.out).toContain("  2026-08: accounts with the period open 0, 1 closed");
  expect(told.out).toContain("Nothing was taken in: a dry run.");
  expect(JSON.parse((await run("quarantine", "list", "--json")).out)).toMatchObject({ data: [] });
  // 06:00 to 10:00
  expect(await run("aggregate", "--to", "2026-10-02T00:00:00Z")).toMatchObject({ status: 0 });
  expect(await ran(environmentOf("one"), "2026-08", "2026-09")).toEqual(["14400000"]);

  expect(JSON.parse((await run("backfill", "--file", file, "--json")).out)).toMatchObject(expected);
  expect(await run("aggregate", "--to", "2026-10-02T00:00:00Z")).toMatchObject({ status: 0 });
  // three hours more, and one in September
  expect(await ran(environmentOf("one"), "2026-08", "2026-09")).toEqual(["25200000"]);
  expect(await ran(environmentOf("one"), "2026-09", "2026-10")).toEqual(["3600000"]);
  // {, and the other stop
  expect((JSON.parse((await run("quarantine", "list", "--json")).out) as { data: unknown[] }).data).toHaveLength(2);
  // All known by now.
  expect(JSON.parse((await run("backfill", "--file", file, "--dry-run", "--json")).out)).toMatchObject({
    new: 0,
    duplicates: 7,
    conflicting: 1,
    windows: 0,
    periods: [],
  });
}, 300_000);

test("an archive goes into another installation, which then says the same", async () => {
  expect(await run("archive", "--before", "2026-09")).toMatchObject({ status: 0 });
  const { data } = JSON.parse((await run("archive", "list", "--json")).out) as { data: { file: string }[] };
  const path = join(root, "one", "archive", data[0]?.file ?? "");
  const other = environmentOf("other");
  // 1 to 4, and what came of 1, 2 and 3 a second time, as it was sent
  const expected = { new: 4, duplicates: 1, conflicting: 1, rejected: 0, windows: 0, periods: [] };
  expect(JSON.parse((await tally(other, "backfill", "--archive", path, "--dry-run", "--json")).out)).toMatchObject(
    expected,
  );
  expect(JSON.parse((await tally(other, "backfill", "--archive", path, "--json")).out)).toMatchObject(expected);
  expect(await tally(other, "aggregate", "--to", "2026-10-02T00:00:00Z")).toMatchObject({ status: 0 });
  expect(await ran(other, "2026-08", "2026-09")).toEqual(["25200000"]);
  // Where it came from it is archived, and taken by nobody.
  expect(JSON.parse((await run("backfill", "--archive", path, "--dry-run", "--json")).out)).toMatchObject({
    new: 0,
    rejected: 6,
  });
}, 300_000);

test("one source is named, and it is there", async () => {
  expect(await run("backfill")).toMatchObject({ status: 2 });
  expect(await run("backfill", "--file", "a", "--archive", "b")).toMatchObject({ status: 2 });
  expect(await run("backfill", "--topic-from", "events/x")).toMatchObject({ status: 2 });
  expect(await run("backfill", "--file", join(root, "absent"))).toMatchObject({ status: 1 });
  expect(await run("backfill", "--topic-from", "events")).toMatchObject({
    status: 1,
    err: expect.stringContaining("TALLY_KAFKA_BROKERS") as string,
  });
}, 120_000);
