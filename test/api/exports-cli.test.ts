// Exports on the command line, on a data directory of its own.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { monthOf } from "../../core/calendar.ts";
import { systemClock } from "../../core/clock.ts";
import { formatInstant, instant } from "../../core/instant.ts";
import { tally } from "./run-tally.ts";
import { event } from "./test-api.ts";

const root = mkdtempSync(join(tmpdir(), "tally-exports-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_LOG_LEVEL: "error" };
const run = (...argv: string[]) => tally(environment, ...argv);
const DAY_MS = 86_400_000;
/** The day before yesterday, which is published whatever the zone, and its month. */
const used = instant(systemClock.now() - 2 * DAY_MS);
const period = monthOf({ zone: "UTC", at: used });

test("a month goes to the file that is named, with what belongs to it beside it, and a failure leaves none", async () => {
  const events = join(root, "events.ndjson");
  writeFileSync(events, `${JSON.stringify(event("e1", "VM.START", formatInstant(instant(used - DAY_MS))))}\n`);
  const card = join(root, "card.yaml");
  writeFileSync(
    card,
    "rate_card_id: default\nname: List\ncurrency: EUR\ntariffs:\n  - { tariff_id: vm, name: Machine, usage_type: 1, unit: hour, model: per_unit, rate: 1 }\n",
  );
  expect((await run("ingest", events)).status).toBe(0);
  expect((await run("rate-cards", "import", card)).status).toBe(0);
  expect((await run("aggregate")).status).toBe(0);
  const none = join(root, "none.csv");
  const early = await run("export", "billing", "--period", period, "--out", none);
  expect(early).toMatchObject({ status: 1, err: expect.stringContaining("not rated") as string });
  expect(existsSync(none)).toBe(false);
  expect((await run("rate", "--period", period)).status).toBe(0);

  const usage = join(root, "usage.csv");
  const told = await run("export", "usage", "--period", period, "--out", usage);
  expect(told.status, told.err).toBe(0);
  expect(told.out).toContain(createHash("sha256").update(readFileSync(usage)).digest("hex"));
  expect(readFileSync(usage, "utf8")).toContain('"RUNNING_VM"');

  const focus = join(root, "focus.parquet");
  const asked = ["--period", period, "--format", "parquet", "--focus-version", "1.4", "--out", focus];
  expect((await run("export", "focus", ...asked)).out).toContain("as the statements say");
  expect(readFileSync(focus).subarray(0, 4).toString()).toBe("PAR1");
  for (const beside of ["focus-metadata.json", "focus-billing-period.parquet"])
    expect(existsSync(join(root, beside)), beside).toBe(true);
}, 240_000);
