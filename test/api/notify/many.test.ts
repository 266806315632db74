// A month of many payers becomes final at once, on a server, which takes no parameter of any length.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fact } from "../../../core/fact.ts";
import { at } from "../../at.ts";
import { openTestSystem, type TestSystem } from "../../test-system.ts";

let on: TestSystem;
beforeAll(async () => {
  on = await openTestSystem(at("2026-11-02T12:00:00Z"), { served: true, smtp_url: "smtp://127.0.0.1:1" });
});
afterAll(() => on.close());

// Worked: 4000 statements x (a webhook + a customer's mail for the one payer with a profile) = 4001
test("however many statements become final at once, each is told, and once", async () => {
  const { settings, webhooks, notifications, accounts, profiles, clock, store } = on.system;
  await settings.set("notifications.mail.customers", "true", "test");
  await webhooks.create({ url: "https://example.com/hooks" }, "test");
  const payer = (number: number): string => `${"p".repeat(60)}-${number}`;
  await accounts.put({ account_id: payer(3999) }, { by: "test" });
  await profiles.billing.put({ account_id: payer(3999), email: "pay@tally.example" }, { by: "test" });
  const facts = Array.from({ length: 4000 }, (_, number): Fact => ({
    type: "statement.finalized",
    subject: `st-${number}`,
    at_ms: clock.now(),
    payer_account_id: payer(number),
    data: {},
  }));
  await notifications.tell(facts);
  await notifications.tell(facts);
  const counted = await store.read.query({
    query: "SELECT toString(count()) AS told, toString(uniqExact(notification_id)) AS ids FROM notification",
    format: "JSONEachRow",
  });
  expect(await counted.json()).toEqual([{ told: "4001", ids: "4001" }]);
}, 120_000);
