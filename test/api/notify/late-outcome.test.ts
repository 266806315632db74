// What comes of a try after its time was up, and findings that block closing: told again when some are added.
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverDue } from "../../../api/notify/deliver.ts";
import { createNotifications } from "../../../api/notify/notifications.ts";
import { readStoredFacts } from "../../../api/notify/stored-facts.ts";
import { createTestClock } from "../../../core/clock.ts";
import { instant } from "../../../core/instant.ts";
import { silentLog } from "../../../core/log.ts";
import { createSoleControl } from "../../../core/versions.ts";
import { openTestStore } from "../../test-store.ts";

let on: Awaited<ReturnType<typeof openTestStore>>;
const clock = createTestClock(instant(Date.UTC(2026, 10, 3, 9)));
beforeAll(async () => void (on = await openTestStore()));
afterAll(() => on.close());

test("a mail that was delivered after its time was up is delivered, whoever took its sender for dead meanwhile", async () => {
  const { store } = on;
  const inControl = createSoleControl(store);
  const recipientsOf = async (facts: readonly unknown[]) =>
    new Map(
      facts.map((fact) => [fact, [{ channel: "mail", recipient: "ops@tally.example", language: "en" }]]),
    ) as never;
  const notifications = createNotifications({ store, clock, inControl, recipientsOf });
  const fact = { type: "statement.finalized", subject: "slow", at_ms: clock.now(), payer_account_id: "", data: {} };
  await notifications.tell([fact as never]);
  const deps = { store, clock, log: silentLog, inControl };
  const [told] = await notifications.list({ state: "", fact: "", after: null, limit: 10 });
  const states: string[] = [];
  await deliverDue({
    ...deps,
    send: async () => {
      clock.advance(121_000);
      await deliverDue({ ...deps, send: async () => ({ state: "failed", answer: "nobody sends it twice" }) });
      states.push((await notifications.get(told?.notification_id ?? "")).state);
      return { state: "delivered", answer: "250 OK" };
    },
  });
  states.push((await notifications.get(told?.notification_id ?? "")).state);
  expect(states).toEqual(["unknown", "delivered"]);
});

test("findings that block closing are told again when some are added, also on the same day", async () => {
  const find = (finding_id: number, seen: string, state = "open") =>
    on.store.write.command({
      query: `INSERT INTO finding (finding_id, version, check, severity, first_seen_at, last_seen_at, state)
        VALUES (${finding_id}, ${state === "open" ? 1 : 2}, 'silent-sources', 'error', '2026-11-03 ${seen}', '2026-11-03 ${seen}', '${state}')`,
    });
  const told = async () =>
    (await readStoredFacts(on, Date.UTC(2026, 10, 3))).map(({ subject, data }) => [subject, data["findings"]]);
  await find(1, "01:00:00");
  await find(2, "01:00:00");
  const first = await told();
  expect(first.map(([, findings]) => findings)).toEqual(["2"]);
  expect(await told()).toEqual(first);
  await find(3, "08:00:00");
  const second = await told();
  expect(second.map(([, findings]) => findings)).toEqual(["3"]);
  expect(second[0]?.[0]).not.toBe(first[0]?.[0]);
  // what is settled is no news
  await find(1, "01:00:00", "closed");
  expect((await told())[0]?.[0]).toBe(second[0]?.[0]);
});
