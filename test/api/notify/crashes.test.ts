// Processes that die anywhere between telling, sending and writing down: what arrives is told once, and nothing is lost.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverDue, type DueNotification } from "../../../api/notify/deliver.ts";
import { createNotifications, type Recipient } from "../../../api/notify/notifications.ts";
import type { Outcome } from "../../../api/notify/outcome.ts";
import { createTestClock } from "../../../core/clock.ts";
import type { Fact } from "../../../core/fact.ts";
import { silentLog } from "../../../core/log.ts";
import { createSoleControl, type InControl } from "../../../core/versions.ts";
import { at } from "../../at.ts";
import { openTestStore, type TestStore } from "../../test-store.ts";

let on: TestStore;
beforeAll(async () => {
  on = await openTestStore();
});
afterAll(() => on.close());

/** Who dies: at which turn at control data, before it begins, after its rows are written, or never. */
interface Life {
  readonly facts: readonly number[];
  readonly dies_at: number;
  readonly wrote: boolean;
  /** What the other side does with webhooks meanwhile. */
  readonly up: boolean;
  readonly pause_ms: number;
}
const recipients: readonly Recipient[] = [
  { channel: "webhook", recipient: "wh_1", language: "" },
  { channel: "mail", recipient: "ops@tally.example", language: "en" },
];
const HOUR_MS = 3_600_000;

const life = fc.record<Life>({
  facts: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
  dies_at: fc.integer({ min: 1, max: 8 }),
  wrote: fc.boolean(),
  up: fc.boolean(),
  pause_ms: fc.constantFrom(1_000, 90_000, 3 * 60_000, 2 * HOUR_MS),
});

let runs = 0;

test("whenever processes die, each mail goes out once at most, each webhook's message has one id, and none is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
      runs += 1;
      const clock = createTestClock(at("2026-10-02T12:00:00Z"));
      const sent: DueNotification[] = [];
      const told = new Set<string>();
      const factOf = (number: number): Fact => ({
        type: "period.closed",
        subject: `${runs}/${number}`,
        at_ms: clock.now(),
        payer_account_id: "",
        data: {},
      });
      /** A process from its start to its end. */
      const live = async ({ facts, dies_at, wrote, up }: Omit<Life, "pause_ms">): Promise<void> => {
        const alone = createSoleControl(on.store);
        let turns = 0;
        let dead = false;
        const inControl: InControl = async (act) => {
          turns += 1;
          const last = turns === dies_at;
          if (dead || (last && !wrote)) {
            dead = true;
            throw new Error("killed");
          }
          const result = await alone(act);
          if (!last) return result;
          dead = true;
          throw new Error("killed");
        };
        const send = async (due: DueNotification): Promise<Outcome> => {
          if (due.channel === "webhook" && !up) return { state: "retry", answer: "503" };
          sent.push(due);
          return { state: "delivered", answer: "ok" };
        };
        const all = new Map(facts.map((number) => [number, factOf(number)]));
        const recipientsOf = async (given: readonly Fact[]) => new Map(given.map((fact) => [fact, recipients]));
        const notifications = createNotifications({ store: on.store, clock, inControl, recipientsOf });
        const deps = { store: on.store, clock, log: silentLog, inControl, send };
        try {
          await notifications.tell([...all.values()]);
          for (const { subject } of all.values()) told.add(subject);
          for (let round = 0; round < 5 && (await deliverDue(deps)) > 0; round += 1);
        } catch (error) {
          expect((error as Error).message).toBe("killed");
        }
      };

      for (const one of lives) {
        await live(one);
        clock.advance(one.pause_ms);
      }
      // In the end somebody lives long enough, and everybody answers.
      for (let day = 0; day < 3; day += 1) {
        await live({ facts: [], dies_at: 0, wrote: false, up: true });
        clock.advance(30 * HOUR_MS);
      }

      const known = createNotifications({
        store: on.store,
        clock,
        inControl: createSoleControl(on.store),
        recipientsOf: async () => new Map(),
      });
      const listed = await known.list({ state: "", fact: "", after: null, limit: 10_000 });
      const ours = listed.filter(({ subject }) => subject.startsWith(`${runs}/`));
      for (const subject of told) expect(ours.filter((one) => one.subject === subject)).toHaveLength(recipients.length);
      for (const { notification_id, channel, state } of ours) {
        const times = sent.filter((due) => due.notification_id === notification_id).length;
        if (channel === "mail") {
          // Unknown: it went out and nobody wrote it down, or its sender died before; it is not sent again by itself.
          expect(["delivered", "unknown"]).toContain(state);
          expect(times).toBeLessThanOrEqual(1);
          if (state === "delivered") expect(times).toBe(1);
        } else if (state === "delivered") expect(times).toBeGreaterThanOrEqual(1);
        else expect(state).toBe("failed");
      }
      const ids = new Set(sent.map(({ notification_id }) => notification_id));
      expect([...ids].every((id) => ours.some(({ notification_id }) => notification_id === id))).toBe(true);
    }),
    { numRuns: 8 },
  );
}, 240_000);
