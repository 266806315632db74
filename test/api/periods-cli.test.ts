import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tally } from "./run-tally.ts";

const root = mkdtempSync(join(tmpdir(), "tally-close-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_PORT: "0", TALLY_LOG_LEVEL: "error" };

const file = join(root, "events.ndjson");
const event = (id: string, type: string, time: string): string =>
  JSON.stringify({
    specversion: "1.0",
    id,
    source: "test",
    type,
    time,
    data: { account_id: "acme", resource: "vm-1" },
  });
writeFileSync(
  file,
  [event("1", "VM.START", "2026-09-05T08:00:00Z"), event("2", "VM.STOP", "2026-09-05T18:00:00Z")].join("\n"),
);

const run = (...argv: string[]) => tally(environment, "close", ...argv);

test("tally close shows what speaks against it, closes with an override, and says so again without closing twice", async () => {
  expect(await tally(environment, "ingest", file)).toMatchObject({ status: 0 });
  expect(await tally(environment, "aggregate", "--to", "2026-10-02T00:00:00Z")).toMatchObject({ status: 0 });

  const refused = await run("--period", "2026-09", "--account", "acme");
  expect(refused).toMatchObject({
    status: 1,
    err: expect.stringMatching(/^tally: .*not ready.*unrated \(1\).*\n$/) as string,
  });
  expect(refused.out, "readiness is printed all the same").toMatch(/acme.*due.*unrated/);
  const left = await run("--period", "2026-09");
  expect(left).toMatchObject({ status: 1, err: "" });
  expect(left.out).toContain("acme · 2026-09 · stays open: unrated");

  const closed = await run(
    "--period",
    "2026-09",
    "--override",
    "unrated=no prices = no bill",
    "--reason",
    "month end",
    "--json",
  );
  expect(closed.status).toBe(0);
  const told = JSON.parse(closed.out) as { closed: unknown[]; run_id: string | null };
  const overrides = [{ finding: "unrated", reason: "no prices = no bill" }];
  expect(told.closed).toMatchObject([
    { payer_account_id: "acme", state: "closed", records: 1, reason: "month end", overrides },
  ]);
  expect(told.run_id).toMatch(/^run_/);

  const again = await run("--period", "2026-09");
  expect(again).toMatchObject({ status: 0, err: "" });
  expect(again.out).toMatch(/acme · 2026-09 · closed .* · 1 records, 0 adjustments/);
});

test("a month is asked for, and nobody's month says that there is nothing", async () => {
  expect(await run()).toMatchObject({ status: 2 });
  expect(await run("--period", "2026-9")).toMatchObject({ status: 2 });
  expect(await run("--period", "2025-01")).toMatchObject({
    status: 0,
    out: expect.stringContaining("Nothing is") as string,
  });
  expect(await run("--period", "2026-09", "--account", "nobody")).toMatchObject({
    status: 1,
    err: expect.stringContaining("nobody") as string,
  });
});

test("usage takes the basis", async () => {
  const range = ["--from", "2026-09-01T00:00:00Z", "--to", "2026-10-01T00:00:00Z"];
  for (const basis of ["usage", "billing"])
    expect((await tally(environment, "usage", ...range, "--basis", basis)).out).toMatch(/\b10\b.*hours/);
  expect(await tally(environment, "usage", ...range, "--basis", "cash")).toMatchObject({ status: 2 });
});
