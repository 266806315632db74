import { describe, expect, test } from "vitest";
import type { EventBatch, EventLog } from "../../core/event-log.ts";
import { type LifecycleEvent, toCloudEvent } from "../../core/events.ts";
import { event } from "./sample-event.ts";

/** What an adapter's test hands over: an empty log, and the same log as a process sees it that starts anew. */
export interface EventLogUnderTest {
  readonly log: EventLog;
  reopen(): Promise<EventLog>;
}

const bytes = (of: LifecycleEvent): string => JSON.stringify(toCloudEvent(of));
const numbered = (from: number, count: number): LifecycleEvent[] =>
  Array.from({ length: count }, (_, n) => event({ id: `e-${from + n}` }));
const ids = (messages: readonly string[]): string[] => messages.map((text) => (JSON.parse(text) as { id: string }).id);

/** Reads until `count` messages were handed over (and committed), and gives their text. */
async function read(log: EventLog, reader: string, count: number, batches: EventBatch[] = []): Promise<string[]> {
  const enough = new AbortController();
  const messages: string[] = [];
  await log.consume(
    reader,
    async (batch) => {
      batches.push(batch);
      messages.push(...batch.messages.map((message) => Buffer.from(message).toString("utf8")));
      if (messages.length >= count) enough.abort();
    },
    enough.signal,
  );
  return messages;
}

const total = (bound: Readonly<Record<string, string>>): bigint =>
  Object.values(bound).reduce((sum, offset) => sum + BigInt(offset) + 1n, 0n);

/** The promises of core/event-log.ts that every adapter keeps. Events of one resource lie in one partition, in order. */
export function describeEventLog(name: string, make: () => Promise<EventLogUnderTest>): void {
  describe(`event log: ${name}`, () => {
    test("events come back in order, byte for byte the CloudEvents JSON that went in", async () => {
      const { log } = await make();
      const sent = numbered(0, 30).map((one, n) => ({ ...one, sequence: BigInt(n), name: `web-${n}` }));
      await log.append(sent.slice(0, 10));
      await log.append(sent.slice(10));
      expect(await read(log, "r", 30)).toEqual(sent.map(bytes));
    });

    test.each([
      ["tabs, newlines, carriage returns", "a\tb\nc\r\nd"],
      ["backslashes and what looks like an escape", String.raw`\ \\ \t \N \x41 C:\new`],
      ["NUL and other control characters", "a\0b\u0001\b\f\u001b\u007f"],
      ["emoji and combining marks", "🦊👩🏽‍🚀 é \u2028\ufeff"],
      ["quotes without their pair", `it's "half {a:String} -- /* ;`],
      ["a null that is text", "\\N NULL null"],
      ["blanks at both ends", "  x  "],
    ])("a text survives: %s", async (_what, text) => {
      const { log } = await make();
      const pairs = JSON.stringify({ [text]: text });
      const labels = {
        subject: text,
        account: text,
        domain: text,
        project_id: text,
        zone: text,
        name: text,
        offering: text,
      };
      const sent = event({
        id: text,
        source: text,
        account_id: text,
        resource: text,
        part: text,
        template: text,
        ...labels,
      });
      const rest = {
        resource_type: text,
        vm: text,
        details: pairs,
        tags: pairs,
        extensions: JSON.stringify({ note: text }),
      };
      await log.append([{ ...sent, ...rest }]);
      expect(await read(log, "r", 1)).toEqual([bytes({ ...sent, ...rest })]);
    });

    test("sizes and sequences keep every digit from 0 to 2^63 - 1, times their milliseconds", async () => {
      const { log } = await make();
      const most = 9_223_372_036_854_775_807n;
      const sent = [
        event({ id: "most", size: most, virtual_size: most, sequence: most }),
        event({ id: "none", size: 0n, virtual_size: 0n, sequence: 0n }),
        event({ id: "2^53+1", size: 9_007_199_254_740_993n }),
        event({ id: "early", occurred_at: 946_684_800_000 as LifecycleEvent["occurred_at"] }),
        event({ id: "fine", occurred_at: 1_790_849_520_001 as LifecycleEvent["occurred_at"] }),
      ];
      await log.append(sent);
      expect(await read(log, "r", sent.length)).toEqual(sent.map(bytes));
    });

    test("a batch says where it lies: first to last offset, ascending, and its id names them", async () => {
      const { log } = await make();
      await log.append(numbered(0, 2500));
      const batches: EventBatch[] = [];
      expect(new Set(ids(await read(log, "r", 2500, batches))).size).toBe(2500);
      let above = -1n;
      for (const { id, partition, first_offset, last_offset, messages } of batches) {
        expect(id).toBe(`${log.id}/${partition}:${first_offset}-${last_offset}`);
        expect(first_offset).toBeGreaterThan(above);
        expect(last_offset - first_offset + 1n).toBeGreaterThanOrEqual(BigInt(messages.length));
        above = last_offset;
      }
    });

    test("a batch whose handler rejects ends the call with its error and comes again", async () => {
      const { log } = await make();
      await log.append(numbered(0, 3));
      const refusing = log.consume("r", () => Promise.reject(new Error("not today")), new AbortController().signal);
      await expect(refusing).rejects.toThrow("not today");
      expect(ids(await read(log, "r", 3))).toEqual(["e-0", "e-1", "e-2"]);
    });

    test("what a reader committed stays committed when it starts anew", async () => {
      const { log, reopen } = await make();
      await log.append(numbered(0, 3));
      await read(log, "r", 3);
      await log.append(numbered(3, 2));
      expect(ids(await read(await reopen(), "r", 2))).toEqual(["e-3", "e-4"]);
    });

    test("readers do not know of each other", async () => {
      const { log } = await make();
      await log.append(numbered(0, 3));
      await read(log, "one", 3);
      expect(ids(await read(log, "an\tother\\", 3))).toEqual(["e-0", "e-1", "e-2"]);
      await log.append(numbered(3, 1));
      const both = await Promise.all([read(log, "one", 1), read(log, "an\tother\\", 1)]);
      expect(both.map(ids)).toEqual([["e-3"], ["e-3"]]);
    });

    test("a reader that waits gets what is appended later", async () => {
      const { log } = await make();
      const waiting = read(log, "r", 2);
      await log.append(numbered(0, 2));
      expect(ids(await waiting)).toEqual(["e-0", "e-1"]);
    });

    test("an aborted reader returns without an error", async () => {
      const { log } = await make();
      const controller = new AbortController();
      const waiting = log.consume("r", () => Promise.resolve(), controller.signal);
      controller.abort();
      await expect(waiting).resolves.toBeUndefined();
    });

    test("an empty log has no bound; then the bound counts every event, without a hole", async () => {
      const { log } = await make();
      expect(await log.bound()).toEqual({});
      await log.append([]);
      expect(await log.bound()).toEqual({});
      await log.append(numbered(0, 1));
      expect(total(await log.bound())).toBe(1n);
      await log.append(numbered(1, 6));
      const bound = await log.bound();
      expect(total(bound)).toBe(7n);
      expect(Object.keys(bound).filter((key) => !key.startsWith(`${log.id}/`))).toEqual([]);
    });

    test("of fifty callers at once every event is there once, and each was readable when its caller was told", async () => {
      const { log } = await make();
      const callers = Array.from({ length: 50 }, (_, caller) => numbered(caller * 20, 20));
      const told = callers.map(async (events, caller) => {
        await log.append(events);
        const wanted = new Set(events.map(({ id }) => id));
        const bound = await log.bound();
        const seen = ids(await read(log, `reader ${caller}`, Number(total(bound))));
        return seen.filter((id) => wanted.has(id)).length;
      });
      expect(await Promise.all(told)).toEqual(callers.map(() => 20));
      const all = ids(await read(log, "all", 1000));
      expect(all.toSorted()).toEqual(
        callers
          .flat()
          .map(({ id }) => id)
          .toSorted(),
      );
      expect(total(await log.bound())).toBe(1000n);
    });

    test("the events of one caller stay in its order among those of others", async () => {
      const { log } = await make();
      await Promise.all(Array.from({ length: 20 }, (_, caller) => log.append(numbered(caller * 100, 5))));
      const all = ids(await read(log, "r", 100)).map((id) => Number(id.slice(2)));
      for (let caller = 0; caller < 20; caller += 1) {
        const own = all.filter((n) => Math.floor(n / 100) === caller);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    });

    test("after a reopen the log is the same one and its offsets go on", async () => {
      const { log, reopen } = await make();
      await log.append(numbered(0, 4));
      const before = await log.bound();
      const again = await reopen();
      expect(again.id).toBe(log.id);
      expect(await again.bound()).toEqual(before);
      await again.append(numbered(4, 3));
      expect(total(await again.bound())).toBe(7n);
      const batches: EventBatch[] = [];
      expect(ids(await read(again, "r", 7, batches))).toEqual(numbered(0, 7).map(({ id }) => id));
      expect(batches.at(-1)?.last_offset).toBe(6n);
    });
  });
}
