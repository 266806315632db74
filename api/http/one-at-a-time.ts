import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { REDIS_PREFIX } from "../../core/redis.ts";

/** Lets one request with a key in at a time: the store compares nothing. */
export interface OneAtATime {
  /** Takes the key; where another request has it, that one's fingerprint. @throws AppError control-unavailable */
  take(
    request_id: string,
    fingerprint: string,
  ): Promise<{ taken: true; free(): Promise<void> } | { taken: false; by: string }>;
}

/** In this process, and with Redis among all that share it. */
export function createOneAtATime(redis: Redis | null): OneAtATime {
  const here = new Map<string, string>();
  return {
    take: async (request_id, fingerprint) => {
      const holder = here.get(request_id);
      if (holder !== undefined) return { taken: false, by: holder };
      here.set(request_id, fingerprint);
      try {
        const shared = redis === null ? null : await takeShared(redis, { request_id, fingerprint });
        if (typeof shared === "string") {
          here.delete(request_id);
          return { taken: false, by: shared };
        }
        return {
          taken: true,
          free: async () => {
            await shared?.();
            here.delete(request_id);
          },
        };
      } catch (cause) {
        here.delete(request_id);
        throw new AppError("control-unavailable", "Redis at TALLY_REDIS_URL does not answer", { cause });
      }
    },
  };
}

const LEASE_MS = 30_000;
/** Gives a key back where it is still this process's. KEYS key; ARGV value. */
const RELEASE = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) else return 0 end`;
/** One more lease, where it is still held. KEYS key; ARGV value, ms. */
const RENEW = `if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) else return 0 end`;

/** Takes the key among all processes and gives what frees it; a fingerprint where another one has it. A holder that died frees it in half a minute. */
async function takeShared(
  redis: Redis,
  { request_id, fingerprint }: { request_id: string; fingerprint: string },
): Promise<string | (() => Promise<void>)> {
  const key = `${REDIS_PREFIX}:idempotency:${request_id}`;
  const value = `${fingerprint} ${randomUUID()}`;
  if ((await redis.set(key, value, "PX", LEASE_MS, "NX")) !== "OK") {
    const [by = fingerprint] = ((await redis.get(key)) ?? fingerprint).split(" ");
    return by;
  }
  const done = new AbortController();
  const renew = async (): Promise<void> => {
    while (!done.signal.aborted) {
      await systemClock.sleep(LEASE_MS / 3, done.signal).catch(() => undefined);
      if (!done.signal.aborted) await redis.eval(RENEW, 1, key, value, LEASE_MS).catch(() => undefined);
    }
  };
  void renew();
  return async () => {
    done.abort();
    // Where this fails the key frees itself.
    await redis.eval(RELEASE, 1, key, value).catch(() => undefined);
  };
}
