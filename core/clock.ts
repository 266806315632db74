import { instant } from "./instant.ts";
import type { InstantMs } from "./instant.ts";

/** The port through which everything learns the time; tests and the simulator move it. */
export interface Clock {
  now(): InstantMs;
  /**
   * Resolves once `ms` milliseconds of this clock have passed. Rejects with the signal's reason as soon as it is
   * aborted.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  /** Moves to `at` and wakes, in order of their time, all sleepers due by then. Moving back wakes nobody. */
  set(at: InstantMs): void;
  /** Moves `ms` milliseconds on. */
  advance(ms: number): void;
}

/** Milliseconds of a clock that only goes on, for how long something takes; it tells no time. */
export function elapsedMs(): number {
  return performance.now();
}

/** setTimeout fires at once for anything longer (2^31 - 1 ms, 24.8 days), so longer sleeps go in stages. */
const TIMEOUT_MS_MAX = 2_147_483_647;

/** The machine's clock. Sleeps are measured in elapsed time, so a corrected wall clock does not stretch them. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  async sleep(ms, signal) {
    let left = Math.max(0, ms);
    do {
      const stage = Math.min(left, TIMEOUT_MS_MAX);
      await timeout(stage, signal);
      left -= stage;
    } while (left > 0);
  },
};

function timeout(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

interface Sleeper {
  readonly until_ms: number;
  wake(): void;
}

/** A clock for tests and the simulator that reads `start` until it is moved. */
export function createTestClock(start: InstantMs): TestClock {
  let now_ms: InstantMs = start;
  const sleepers = new Set<Sleeper>();

  const set = (at: InstantMs): void => {
    now_ms = at;
    const due = [...sleepers].filter((sleeper) => sleeper.until_ms <= at).sort((a, b) => a.until_ms - b.until_ms);
    for (const sleeper of due) sleeper.wake();
  };

  return {
    now: () => now_ms,
    set,
    advance: (ms) => set(instant(now_ms + ms)),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        if (ms <= 0) return resolve();
        const leave = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", onAbort);
        };
        const sleeper: Sleeper = {
          until_ms: now_ms + ms,
          wake: () => {
            leave();
            resolve();
          },
        };
        const onAbort = (): void => {
          leave();
          reject(signal?.reason as Error);
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
  };
}
