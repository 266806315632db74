import { expect, test } from "vitest";
import { AppError } from "../../core/errors.ts";
import { whenFree } from "../../core/when-free.ts";

const patience = { wait_ms_max: 1_000, step_ms: 250 };

/** A clock on which sleeping takes no time, and tells how long was slept. */
function sleepless() {
  const slept: number[] = [];
  return { slept, clock: { sleep: (ms: number) => (slept.push(ms), Promise.resolve()) } };
}
const busy = (): AppError => new AppError("run-in-progress", "run_1 is going on");

test("it begins as soon as nothing is in the way", async () => {
  const { clock, slept } = sleepless();
  let tries = 0;
  const begin = (): Promise<string> => ((tries += 1) < 3 ? Promise.reject(busy()) : Promise.resolve("begun"));
  expect(await whenFree(clock, begin, patience)).toBe("begun");
  expect(slept).toEqual([250, 250]);
});

test("patience ends: after four waits of a quarter of a second a fifth try is the last", async () => {
  const { clock, slept } = sleepless();
  let tries = 0;
  const begin = (): Promise<never> => ((tries += 1), Promise.reject(busy()));
  await expect(whenFree(clock, begin, patience)).rejects.toMatchObject({ key: "run-in-progress" });
  expect([tries, slept.length]).toEqual([5, 4]);
});

test("what else goes wrong is not waited for, and who is told to stop begins nothing", async () => {
  const { clock, slept } = sleepless();
  await expect(whenFree(clock, () => Promise.reject(new Error("the disk is gone")), patience)).rejects.toThrow(
    "the disk is gone",
  );
  expect(slept).toEqual([]);
  const stopped = { ...patience, signal: AbortSignal.abort(new Error("stopped")) };
  let begun = 0;
  await expect(whenFree(clock, () => Promise.resolve((begun += 1)), stopped)).rejects.toThrow("stopped");
  expect(begun).toBe(0);
});
