import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createTestClock } from "../../../core/clock.ts";
import { instant } from "../../../core/instant.ts";
import { migrate, readMigrations } from "../../../core/migrate.ts";
import { createRegistry } from "../../../core/registry.ts";
import { openStore } from "../../../core/store.ts";
import { createRateCards } from "../../../rating/index.ts";

const data_dir = mkdtempSync(join(tmpdir(), "tally-upgrade-"));
const store = openStore({ url: null, data_dir });
afterAll(async () => {
  await store.close();
  rmSync(data_dir, { recursive: true, force: true });
});

test("a card written when tariffs were rows of their own is the same card after the store is brought up", async () => {
  const before = readMigrations().filter(({ version }) => version < 17);
  for (const { statements } of before) for (const query of statements) await store.run.command({ query });
  const names = "rate_card_id, version, name, currency, changed_at, changed_by";
  await store.run.command({
    query: `INSERT INTO rate_card (${names}) VALUES ('old', 1, 'Former', 'EUR', '2026-01-01 00:00:00', 'me'), ('old', 2, 'List', 'EUR', '2026-02-01 00:00:00', 'me')`,
  });
  await store.run.command({
    query: `INSERT INTO tariff (rate_card_id, tariff_id, version, name, usage_type, component, currency, unit, model, tiers_up_to, tiers_rate, offerings, zones, valid_from, valid_to) VALUES
      ('old', 'gone', 1, 'gone', 1, 'base', 'EUR', 'hour', 'per_unit', [''], ['9'], [], [], '1970-01-01 00:00:00', '2299-12-31 00:00:00'),
      ('old', 'vm', 2, 'it\\'s "VM"', 1, 'base', 'EUR', 'hour', 'per_unit', [''], ['0.10'], ['s"mall', 'big'], ['z1'], '2026-01-01 00:00:00.250', '2027-01-01 00:00:00'),
      ('old', 'disk', 2, 'disk', 6, 'base', 'EUR', 'gib_month', 'graduated', ['100', ''], ['0.2', '0.1'], [], [], '1970-01-01 00:00:00', '2299-12-31 00:00:00')`,
  });
  await migrate(store.run);
  const clock = createTestClock(instant(0));
  const rateCards = createRateCards({ store, clock, usageTypes: createRegistry() });
  const card = await rateCards.get("old");
  expect(card).toMatchObject({ version: 2, revision: 2, state: "active", name: "List", valid_to: null });
  const rest = { component: "base", currency: "EUR", included: "0", pooled: false };
  const always = { valid_from: "1970-01-01T00:00:00.000Z", valid_to: null };
  const tiers = [
    { up_to: "100", rate: "0.2" },
    { up_to: null, rate: "0.1" },
  ];
  const disk = {
    tariff_id: "disk",
    name: "disk",
    usage_type: 6,
    unit: "gib_month",
    model: "graduated",
    condition: "",
    tiers,
  };
  const vm = { tariff_id: "vm", name: 'it\'s "VM"', usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  expect(card?.tariffs).toEqual([
    { ...disk, ...rest, ...always },
    {
      ...vm,
      ...rest,
      condition: 'offering in ["s\\"mall","big"] && zone in ["z1"]',
      valid_from: "2026-01-01T00:00:00.250Z",
      valid_to: "2027-01-01T00:00:00.000Z",
    },
  ]);
  // what was taken over can be put again as it is
  const { name, currency, tariffs = [] } = card ?? { name: "", currency: "" };
  const again = await rateCards.put("old", { name, currency, tariffs, if_revision: 2 }, "me");
  expect(again.tariffs).toEqual(tariffs);
});
