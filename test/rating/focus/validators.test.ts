// What the published validators of FOCUS say of our files: the official one of 1.2, an independent one of 1.4 and its companions.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestSystem } from "../../test-system.ts";
import { focusNote, installValidators, skipFocus, validate } from "../../services/focus.ts";
import { eventsOf, readMachines, traceCard, traceMonth } from "../../e2e/trace.ts";
import { instant } from "../../../core/instant.ts";
import type { Export, Exports } from "../../../rating/index.ts";
import { openSeededMonth, type SeededMonth } from "./seeded-month.ts";

type Role = Export["files"][number]["role"];

async function exported(
  exports: Exports,
  given: { period: string; version: "1.2" | "1.4"; format: "csv" | "parquet" },
): Promise<(role: Role) => Promise<string>> {
  const { period, version: focus_version, format } = given;
  const { done } = await exports.begin({ kind: "focus", period, format, options: { focus_version } }, "test");
  const found = await done;
  expect(found).toMatchObject({ state: "complete", error: null });
  return async (role) => (await exports.file(found.id, found.files.find((file) => file.role === role)?.name)).path;
}

/** Files by the names the toolkit has for their datasets. */
async function named(fileOf: Awaited<ReturnType<typeof exported>>, roles: readonly Role[]): Promise<string[]> {
  const paths = await Promise.all(roles.map(fileOf));
  return roles.map((role, index) => `${role === "data" ? "cost-and-usage" : role}=${paths[index]}`);
}

describe.skipIf(skipFocus)(`of a month with everything in it${focusNote}`, () => {
  let on: SeededMonth;
  beforeAll(async () => {
    installValidators();
    on = await openSeededMonth();
    await on.finalizeNovember();
  }, 900_000);
  afterAll(() => on.close());

  test.each(["csv", "parquet"] as const)(
    "the official validator finds no fault in 1.2 as %s",
    async (format) => {
      const fileOf = await exported(on.exports, { period: "2026-11", version: "1.2", format });
      const { passed, said } = validate("official", [await fileOf("data")]);
      expect(passed, said).toBe(true);
    },
    300_000,
  );

  test("it does find one where there is one", async () => {
    const fileOf = await exported(on.exports, { period: "2026-11", version: "1.2", format: "csv" });
    const path = await fileOf("data");
    const broken = path.replace(/\.csv$/, "-broken.csv");
    writeFileSync(broken, readFileSync(path, "utf8").replaceAll(/"EUR"/g, '"Euros"'));
    expect(validate("official", [broken]).said).toContain("fails: BillingCurrency");
  }, 300_000);

  test.each(["csv", "parquet"] as const)(
    "an independent one finds none in 1.4 and its companions as %s",
    async (format) => {
      const fileOf = await exported(on.exports, { period: "2026-11", version: "1.4", format });
      const files = ["data", "invoice-detail", "billing-period", "contract-commitment"] as const;
      const { passed, said } = validate("toolkit", await named(fileOf, files));
      expect(passed, said).toBe(true);
    },
    300_000,
  );
});

describe.skipIf(skipFocus)(`of a month of machines as they ran${focusNote}`, () => {
  test("both find no fault, in rows that add up to the bill", async () => {
    installValidators();
    const on = await openTestSystem(instant(traceMonth.to_ms + 86_400_000));
    const { system } = on;
    await system.settings.set("usage.aggregation.timezone", "Europe/Amsterdam", "test");
    await system.rateCards.put("default", traceCard as unknown as Parameters<typeof system.rateCards.put>[1], "test");
    const { rows } = await readMachines(system.store);
    const events = eventsOf(rows);
    for (let first = 0; first < events.length; first += 5_000) {
      const batch = events.slice(first, first + 5_000).map((value) => ({ value, raw: () => JSON.stringify(value) }));
      expect((await system.ingest.accept(batch, "test")).rejected).toEqual([]);
    }
    await system.aggregate({ until: instant(traceMonth.to_ms + 86_400_000) });
    await system.rate({ period: "2022-10" });
    const old = await exported(system.exports, { period: "2022-10", version: "1.2", format: "parquet" });
    const official = validate("official", [await old("data")]);
    expect(official.passed, official.said).toBe(true);
    const fileOf = await exported(system.exports, { period: "2022-10", version: "1.4", format: "parquet" });
    const files = await named(fileOf, ["data", "billing-period"]);
    const toolkit = validate("toolkit", files);
    expect(toolkit.passed, toolkit.said).toBe(true);
    await on.close();
  }, 900_000);
});
