import { randomInt, randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import Type from "typebox";
import { type Clock, systemClock } from "./clock.ts";
import { AppError } from "./errors.ts";
import { createInTurn } from "./in-turn.ts";
import { field, insertLines, timeField } from "./insert-lines.ts";
import { REDIS_PREFIX } from "./redis.ts";
import { holderName } from "./run-lease.ts";
import { defineQuery } from "./sql.ts";
import type { Store } from "./store.ts";
import { fenced, type InControl, type Turn } from "./versions.ts";

interface Deps {
  readonly store: Store;
  readonly clock: Clock;
  /** A connection whose commands fail while Redis is away. */
  readonly redis: Redis;
  /** Before the keys in Redis. */
  readonly prefix?: string;
  /** How long a holder may give no sign of life, in ms. */
  readonly lease_ms?: number;
  /** How long to wait for others' turns, in ms; longer than a lease, so that one left by a crash runs out meanwhile. */
  readonly wait_ms?: number;
}

const Fence = Type.Object({ fence: Type.String() });
const selectHighest = defineQuery("core/highest_fence", Type.Object({}), Fence);
const selectOpen = defineQuery("core/open_turns", Type.Object({}), Fence);

const LEASE_MS = 10_000;
const WAIT_MS = 20_000;
const LOOK_MS = 25;

/** Gives the lock back, and says whether it was held to the end. KEYS lock; ARGV token. */
const RELEASE = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) else return 0 end`;
/** Whether it is held. KEYS lock; ARGV token. */
const HOLDS = `if redis.call("GET", KEYS[1]) == ARGV[1] then return 1 else return 0 end`;
/** One more lease, where it is still held. KEYS lock; ARGV token, ms. */
const RENEW = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) else return 0 end`;
/** The next number, above the counter and the highest in the store, to the lock's holder alone. KEYS lock, counter; ARGV token, highest. */
const NUMBER = `if redis.call("GET", KEYS[1]) ~= ARGV[1] then return "" end
local last = tonumber(redis.call("GET", KEYS[2]) or "0")
local stored = tonumber(ARGV[2])
if stored > last then redis.call("SET", KEYS[2], ARGV[2]) end
redis.call("INCR", KEYS[2])
return redis.call("GET", KEYS[2])`;

/**
 * Turns among all processes on one store, by a lock in Redis with a number that only grows. Redis says who may write; the store
 * says what counts, so a Redis that was flushed changes nothing:
 *
 * 1 take the lock, and a number above all in Redis and in the store · 2 write down the turn, and void those left open, if the lock
 * is held still · 3 the work · 4 write down that it is done · 5 give the lock back, which tells
 * whether it was held all along: only then did nobody void the turn in the meantime, and only then has it ended well.
 */
export function createControlLock(deps: Deps): InControl {
  const inTurn = createInTurn();
  const { redis, prefix = REDIS_PREFIX } = deps;
  const lock = `${prefix}:control:lock`;

  return (act) =>
    inTurn(async () => {
      const token = randomUUID();
      await takeLock(deps, lock, token);
      const watch = keepLock(deps, lock, token);
      try {
        const fence = await takeNumber(deps, { lock, counter: `${prefix}:control:fence`, token });
        return await work(deps, { fence, act, watch, release: () => release(redis, lock, token) });
      } finally {
        watch.end();
        await release(redis, lock, token).catch(() => false);
      }
    });
}

interface Watch {
  /** False while the lock is held as far as is known. */
  lost(): boolean;
  end(): void;
}

async function work<T>(
  deps: Deps,
  given: { fence: bigint; act: (turn: Turn) => Promise<T>; watch: Watch; release: () => Promise<boolean> },
): Promise<T> {
  const { fence, act, watch, release: giveBack } = given;
  let wrote = false;
  const turn: Turn = {
    fence,
    write: async (into, lines) => {
      wrote = true;
      if (watch.lost()) throw unavailable("the lock was lost before the change was written");
      const rows = fenced(into, lines, fence);
      await insertLines(deps.store.write, rows.into, rows.lines);
    },
  };
  let result: T;
  try {
    result = await act(turn);
    if (watch.lost()) throw unavailable("the lock was lost before the change was done");
  } catch (error) {
    // Where this fails too, the turn stays open, counts for nothing, and the next one voids it.
    await writeTurn(deps, fence, wrote ? "void" : "done").catch(() => undefined);
    throw error;
  }
  await writeTurn(deps, fence, "done");
  const held = await giveBack().catch(() => false);
  if (!held) throw unavailable("the lock was lost while the change was written, so it may not count");
  return result;
}

/** By Redis's own time, so a test that moves a clock does not hold it up. @throws AppError control-unavailable */
async function takeLock({ redis, lease_ms = LEASE_MS, wait_ms = WAIT_MS }: Deps, lock: string, token: string) {
  const until = systemClock.now() + wait_ms;
  for (;;) {
    try {
      if ((await redis.set(lock, token, "PX", lease_ms, "NX")) === "OK") return;
    } catch (cause) {
      throw unavailable("Redis at TALLY_REDIS_URL does not answer", cause);
    }
    if (systemClock.now() >= until) throw unavailable("other changes take too long");
    await systemClock.sleep(LOOK_MS + randomInt(LOOK_MS));
  }
}

/** Renews the lock while the work goes on. */
function keepLock({ redis, lease_ms = LEASE_MS }: Deps, lock: string, token: string): Watch {
  const ended = new AbortController();
  let renewed = systemClock.now();
  let gone = false;
  const renew = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await systemClock.sleep(lease_ms / 5, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      const asked = systemClock.now();
      const held = await redis.eval(RENEW, 1, lock, token, lease_ms).catch(() => null);
      if (held === 0) gone = true;
      if (held === 1) renewed = asked;
    }
  };
  void renew();
  return {
    lost: () => gone || systemClock.now() - renewed >= lease_ms,
    end: () => ended.abort(),
  };
}

/** Takes a number and writes the turn down; what others left open below it is void from here on. @throws AppError control-unavailable */
async function takeNumber(deps: Deps, { lock, counter, token }: { lock: string; counter: string; token: string }) {
  const { store, redis } = deps;
  const [{ fence: highest } = { fence: "0" }] = await selectHighest(store.write, {});
  let number: unknown;
  try {
    number = await redis.eval(NUMBER, 2, lock, counter, token, highest);
  } catch (cause) {
    throw unavailable("Redis at TALLY_REDIS_URL does not answer", cause);
  }
  if (typeof number !== "string" || number === "") throw unavailable("the lock was lost before the change began");
  const fence = BigInt(number);
  await writeTurn(deps, fence, "taken");
  const others = (await selectOpen(store.write, {})).map((row) => BigInt(row.fence)).filter((other) => other !== fence);
  // Whoever takes the lock from here on finds this turn in the store and goes above it; and whoever had it before, and is in the
  // list, can end no more. Without the lock nobody may be voided, and nothing is written under the number.
  const held = await redis.eval(HOLDS, 1, lock, token).catch(() => 0);
  if (held !== 1) throw unavailable("the lock was lost before the change began");
  for (const left of others) await writeTurn(deps, left, "void");
  return fence;
}

async function release(redis: Redis, lock: string, token: string): Promise<boolean> {
  return (await redis.eval(RELEASE, 1, lock, token)) === 1;
}

async function writeTurn({ store, clock }: Deps, fence: bigint, state: "taken" | "done" | "void"): Promise<void> {
  const line = [fence, state, field(holderName()), timeField(clock.now())].join("\t");
  const columns = ["fence", "state", "holder", "changed_at"];
  await insertLines(store.write, { table: "control_turn", columns }, `${line}\n`);
}

function unavailable(why: string, cause?: unknown): AppError {
  return new AppError("control-unavailable", why, cause === undefined ? {} : { cause });
}
