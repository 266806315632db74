// What a month will come to and its budgets on the command line, on a data directory of its own.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { monthOf } from "../../core/calendar.ts";
import { systemClock } from "../../core/clock.ts";
import { formatInstant, instant } from "../../core/instant.ts";
import { tally } from "./run-tally.ts";
import { event } from "./test-api.ts";

const root = mkdtempSync(join(tmpdir(), "tally-budgets-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const environment = { TALLY_DATA_DIR: join(root, "data"), TALLY_LOG_LEVEL: "error" };
const run = (...argv: string[]) => tally(environment, ...argv);
const DAY_MS = 86_400_000;
/** The day before yesterday, which is published whatever the zone, and its month. */
const used = instant(systemClock.now() - 2 * DAY_MS);
const period = monthOf({ zone: "UTC", at: used });

test(
  "forecasts are printed with what they rest on; budgets are added, listed, noticed and removed",
  { timeout: 180_000 },
  async () => {
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

    const forecast = await run("forecast", "--period", period, "--account", "acme-id");
    expect(forecast.status, forecast.err).toBe(0);
    expect(forecast.out).toMatch(/acme-id\s.*RUNNING_VM · Machine\s.*runs-on\s.*\d+\.\d\d\s.*\d+\.\d\d\s.*EUR/);
    expect(forecast.out).toContain("stays open as it is");
    expect((await run("forecast", "--period", period, "--account", "nobody")).out).toContain("Nothing of");
    expect(await run("forecast", "--period", "soon")).toMatchObject({ status: 1 });

    const add = ["budgets", "add", "small", "--payer", "acme-id", "--amount", "0.50", "--currency", "EUR"];
    expect((await run(...add, "--at", "80", "--at", "100:forecast")).out).toContain("small is a budget of 0.50 EUR");
    expect(await run(...add, "--at", "80")).toMatchObject({
      status: 1,
      err: expect.stringContaining("already") as string,
    });
    expect(await run(...add, "--at", "much")).toMatchObject({
      status: 1,
      err: expect.stringContaining("100:forecast") as string,
    });
    expect((await run("budgets", "list")).out).toMatch(
      /small\s.*1\s.*payer acme-id\s.*0\.5\s.*EUR\s.*80% actual, 100% forecast/,
    );
    expect((await run("budgets", "notices")).out).toBe("No notices.\n");
    expect((await run("rate", "--period", period)).status).toBe(0);
    const notices = await run("budgets", "notices", "small", "--period", period);
    expect(notices.out).toMatch(/small\s.*80%\s.*actual\s.*0\.4\s.*EUR\s.*reached/);
    expect(notices.out).toMatch(/small\s.*100%\s.*forecast\s.*0\.5\s.*EUR\s.*reached/);
    expect((await run("budgets", "remove", "small")).out).toContain("no budget any more");
    expect((await run("budgets", "list")).out).toBe("No budgets.\n");
    expect((await run("budgets", "notices", "--json")).out).toContain('"reached"');
  },
);
