import { expect, test } from "vitest";
import { createTestClock, systemClock } from "../../core/clock.ts";
import { instant } from "../../core/instant.ts";

test("sleepers of the test clock wake in the order of their time, and only once it is reached", async () => {
  const clock = createTestClock(instant(0));
  const woken: string[] = [];
  const late = clock.sleep(200).then(() => woken.push("late"));
  const early = clock.sleep(100).then(() => woken.push("early"));
  clock.advance(99);
  await new Promise(setImmediate);
  expect(woken).toEqual([]);
  clock.set(instant(200));
  await Promise.all([late, early]);
  expect(woken).toEqual(["early", "late"]);
});

test.each([
  ["test", createTestClock(instant(0))],
  ["system", systemClock],
] as const)("a sleep of the %s clock ends at once when its signal is aborted", async (_name, clock) => {
  const stop = new AbortController();
  const sleep = clock.sleep(40 * 86_400_000, stop.signal); // longer than a timer can count
  stop.abort(new Error("enough"));
  await expect(sleep).rejects.toThrow("enough");
  await expect(clock.sleep(1, stop.signal)).rejects.toThrow("enough");
});

test("the system clock sleeps about as long as it is asked to", async () => {
  const began = systemClock.now();
  await systemClock.sleep(30);
  expect(systemClock.now() - began).toBeGreaterThanOrEqual(28);
});
