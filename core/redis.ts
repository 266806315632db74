import { Redis } from "ioredis";
import { systemClock } from "./clock.ts";

/** Keys of this installation in Redis begin with it; others may share the server. */
export const REDIS_PREFIX = "tally";

/** The part of a log that tells of connections. */
export interface ConnectionLog {
  warn(fields: object, message: string): void;
}

const PATIENCE_MS = 3_000;
const RETRY_MS_MAX = 2_000;
const COMMAND_MS_MAX = 5_000;

/**
 * A connection that comes back by itself. Commands fail within five seconds while Redis is away, unless `patient`: then they
 * wait for it, as BullMQ's workers ask for.
 */
export function connectRedis(url: string, { log, patient = false }: { log: ConnectionLog; patient?: boolean }): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: patient ? null : 1,
    ...(patient ? {} : { commandTimeout: COMMAND_MS_MAX }),
    retryStrategy: (times) => Math.min(RETRY_MS_MAX, times * 50),
    reconnectOnError: () => false,
  });
  let away = false;
  redis.on("error", (err: Error) => {
    if (!away) log.warn({ err }, "Redis is away");
    away = true;
  });
  redis.on("ready", () => (away = false));
  return redis;
}

/** Whether Redis answers, within three seconds. Never throws. */
export async function redisAnswers(redis: Redis): Promise<boolean> {
  const given = new AbortController();
  const late = systemClock.sleep(PATIENCE_MS, given.signal).then(
    () => false,
    () => false,
  );
  const asked = redis.ping().then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([asked, late]);
  given.abort();
  return answered;
}
