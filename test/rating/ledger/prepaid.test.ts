// Prepaid balances: drawn down by what is rated, low and empty noticed once for each time.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createMoney, type Money as Wired } from "../../../api/money.ts";
import { silentLog } from "../../../core/log.ts";
import { createSoleControl } from "../../../core/versions.ts";
import { type BalanceNotice, ratePeriod } from "../../../rating/index.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { type Money, moneyOf } from "./money.ts";

let pipeline: Pipeline;
let money: Money;
let wired: Wired;
let told: BalanceNotice[] = [];
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-11-02T00:00:00Z"));
  money = moneyOf(pipeline.system);
});
afterAll(() => pipeline.close());

/** A VM since 1 November at 1.00 an hour: 24.00 a day. 100.00 were paid in. */
beforeEach(async () => {
  await pipeline.reset();
  pipeline.clock.set(at("2026-10-20T00:00:00Z"));
  const { accounts, rateCards, clock, store, runs, settings, usageTypes } = pipeline.system();
  await accounts.put({ account_id: "acme", payment: "prepaid" }, { by: "test" });
  await accounts.put({ account_id: "late", payment: "postpaid" }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "1" } as const;
  await rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm] }, "test");
  told = [];
  wired = createMoney({
    accounts,
    clock,
    settings,
    inControl: createSoleControl(store),
    rating: { store, ledger: runs, rateCards, usageTypes, log: silentLog },
    tell: (notice) => void told.push(notice),
  });
  await money.pay("first", "100.00");
  pipeline.clock.set(at("2026-11-01T00:00:00Z"));
  await pipeline.send(
    ["acme", "late"].map((account_id) => ({
      specversion: "1.0",
      id: account_id,
      source: "s",
      type: "VM.START",
      time: "2026-11-01T00:00:00Z",
      data: { account_id, resource: `vm-${account_id}` },
    })),
  );
});

/** What is rated up to a day of November, and what is noticed then. */
async function rateUpTo(day: number): Promise<void> {
  pipeline.clock.set(at(`2026-11-0${day}T00:00:00Z`));
  await pipeline.aggregate(pipeline.clock.now());
  const outcome = await pipeline.system().rate({ period: "2026-11", force: true });
  await wired.accrued(outcome);
}
const turns = async (): Promise<string[]> =>
  (await wired.thresholds.notices({ payer_account_id: "", after: null, limit: 100 })).map(
    ({ payer_account_id, state, balance, low_amount }) => `${payer_account_id} ${state} ${balance} ${low_amount}`,
  );

/*
 * Worked: 100.00, low at 20 % of it = 20.00. After three days 28.00 are left, after four 4.00, after five −20.00. 200.00 more: 180.00, low at
 * 20 % of 200.00 = 40.00; after seven days 300.00 − 168.00 = 132.00.
 */
test("a prepaid balance goes down by what is rated; low and empty are noticed once for each time it became so", async () => {
  await rateUpTo(4);
  expect(await turns()).toEqual([]);
  await rateUpTo(5);
  await rateUpTo(5);
  expect(await turns()).toEqual(["acme low 4.00 20.00"]);
  await rateUpTo(6);
  await Promise.all([wired.settleMoney(), wired.settleMoney(), wired.catchUpMoney()]);
  expect(await turns()).toEqual(["acme low 4.00 20.00", "acme empty -20.00 20.00"]);
  await money.pay("second", "200.00");
  await wired.settleMoney();
  await rateUpTo(8);
  expect(await turns()).toEqual(["acme low 4.00 20.00", "acme empty -20.00 20.00", "acme enough 180.00 40.00"]);
  expect(await money.balance()).toBe("168.00 0.00 0.00 300.00");
});

test("an account's own threshold counts instead of the setting, and a balance that fell again is noticed again", async () => {
  const { settings } = pipeline.system();
  await wired.thresholds.put("acme", { low: "60.00", by: "test" });
  await rateUpTo(3);
  expect(await turns()).toEqual(["acme low 52.00 60.00"]);
  await wired.thresholds.put("acme", { low: null, by: "test" });
  await settings.set("billing.prepaid.low", "50.00", "test");
  await wired.settleMoney();
  await rateUpTo(4);
  expect(await turns()).toEqual(["acme low 52.00 60.00", "acme enough 52.00 50.00", "acme low 28.00 50.00"]);
  await expect(wired.thresholds.put("acme", { low: "101%", by: "test" })).rejects.toThrow("low is");
});

test("whoever is to hear of it is told once, also where the process that rated has died before it looked", async () => {
  pipeline.clock.set(at("2026-11-06T00:00:00Z"));
  await pipeline.aggregate(pipeline.clock.now());
  const { store, runs, rateCards, usageTypes } = pipeline.system();
  const defaults = { currency: "EUR", time_zone: "UTC", rate_card_id: "default" };
  const deps = { store, ledger: runs, rateCards, usageTypes, log: silentLog };
  await ratePeriod(deps, { period: "2026-11", defaults, force: true });
  expect(await turns()).toEqual([]);
  await Promise.all([wired.catchUpMoney(), wired.catchUpMoney()]);
  expect(told).toMatchObject([{ payer_account_id: "acme", state: "empty", balance: "-20.00", currency: "EUR" }]);
});
