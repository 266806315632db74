import rateLimit, { type CreateRateLimitOptions } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { InstantMs } from "../../core/instant.ts";
import { AppError } from "../../core/errors.ts";
import { REDIS_PREFIX } from "../../core/redis.ts";
import type { System } from "../system.ts";
import { callerId } from "./caller-id.ts";

const WINDOW_MS = 60_000;
/** A change of the settings counts after so long at the latest. */
const FRESH_MS = 5_000;

/** What is never held up: who watches, and events, which have their own brake (they are answered once they are durable). */
const exempt = new Set(["/healthz", "/readyz", "/metrics", "/v1/events"]);

type Limited = "api.requests.caller" | "api.requests.address";
type Limiter = ReturnType<FastifyInstance["createRateLimit"]>;

/** Holds up whoever asks too often. */
export interface RateLimits {
  /** By address, before anyone is known. @throws AppError too-many-requests */
  byAddress(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** By caller, once it is known. @throws AppError too-many-requests */
  byCaller(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/**
 * Counts requests a minute by address and by caller, in memory or, where there is Redis, for all processes together; without an answer of
 * Redis nobody is held up. The address is the connection's own: what a header says of it is not believed.
 */
export async function createRateLimits(
  app: FastifyInstance,
  { settings, clock, redis }: Pick<System, "settings" | "clock" | "redis">,
): Promise<RateLimits> {
  await app.register(rateLimit, {
    global: false,
    skipOnError: true,
    timeWindow: WINDOW_MS,
    ...(redis === null ? {} : { redis, nameSpace: `${REDIS_PREFIX}:requests:` }),
  });
  let known: { most: Readonly<Record<Limited, number>>; read_at: InstantMs } | null = null;

  async function mostOf(name: Limited): Promise<number> {
    const now = clock.now();
    if (known === null || now < known.read_at || now - known.read_at > FRESH_MS) {
      // Where the store is away the former numbers hold: whether it answers is not for this to say.
      const all = await settings.all().catch(() => null);
      const read = (of: Limited): number => (all === null ? (known?.most[of] ?? 0) : Number(all[of]));
      known = {
        most: {
          "api.requests.caller": read("api.requests.caller"),
          "api.requests.address": read("api.requests.address"),
        },
        read_at: now,
      };
    }
    return known.most[name];
  }
  const limiter = (name: Limited, options: CreateRateLimitOptions): Limiter =>
    app.createRateLimit({ ...options, max: () => mostOf(name) });
  const addresses = limiter("api.requests.address", {});
  const callers = limiter("api.requests.caller", { keyGenerator: (request) => `caller ${callerId(request) ?? ""}` });

  async function count(
    name: Limited,
    by: Limiter,
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  ) {
    if (exempt.has(request.routeOptions.url ?? "") || (await mostOf(name)) === 0) return;
    const counted = await by(request);
    if (counted.isAllowed) return;
    void reply.header("ratelimit-limit", counted.max);
    void reply.header("ratelimit-remaining", counted.remaining);
    void reply.header("ratelimit-reset", counted.ttlInSeconds);
    if (!counted.isExceeded) return;
    void reply.header("retry-after", counted.ttlInSeconds);
    const who = name === "api.requests.caller" ? "this caller" : "this address";
    throw new AppError(
      "too-many-requests",
      `${who} has asked more than ${counted.max} times in a minute; ask again in ${counted.ttlInSeconds} s`,
    );
  }
  return {
    byAddress: (request, reply) => count("api.requests.address", addresses, { request, reply }),
    byCaller: (request, reply) => count("api.requests.caller", callers, { request, reply }),
  };
}
