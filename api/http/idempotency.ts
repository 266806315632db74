import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";
import type { System } from "../system.ts";
import { callerId } from "./caller-id.ts";
import {
  type Answer,
  createKeptAnswers,
  type KeptAnswers,
  keyReused,
  repeatable,
  type RepeatableRequest,
} from "./kept-answers.ts";
import { createOneAtATime } from "./one-at-a-time.ts";

/** Of a request that may be sent again. */
export const IdempotencyKey = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    description:
      "Any text of the caller's own, such as a UUID: the same request with the same key is done once, and for a day gets the same answer again",
  }),
);

/** Whether a route takes the header: every POST but that of events, which count once by their ids. */
export function takesIdempotencyKey(method: string, url: string): boolean {
  return method === "POST" && !/^\/v1\/events(\/|$)/.test(url);
}

const kept = ["content-type", "location", "etag"] as const;
/** What the state of the moment says is asked anew: it changes by itself. */
const passing = new Set([408, 409, 425, 429]);

interface Held {
  readonly request: RepeatableRequest;
  free(): Promise<void>;
}

/**
 * Idempotency-Key (after the IETF draft): the same key with the same request gives the answer that was given, with another one it is refused,
 * and while the first is still being answered the second is told to wait. Keys are each caller's own. What failed here (5xx) or was refused
 * because of the state of the moment (409) is not kept. A process that dies between the change and its answer has kept none.
 */
export function answerOnce(
  scope: FastifyInstance,
  { store, clock, redis }: Pick<System, "store" | "clock" | "redis">,
): void {
  const answers = createKeptAnswers({ store, clock });
  const oneAtATime = createOneAtATime(redis);
  const held = new WeakMap<FastifyRequest, Held>();

  scope.addHook("preHandler", async (request, reply) => {
    const asked = readRequest(request);
    if (asked === null) return;
    const { request: own, free } = await take(asked, reply);
    const given = await answers.find(own).catch(async (error: unknown) => {
      await free();
      throw error;
    });
    if (given === null) {
      held.set(request, { request: own, free });
      return;
    }
    await free();
    return repeat(reply, given);
  });

  async function take(asked: RepeatableRequest, reply: FastifyReply): Promise<Held> {
    const turn = await oneAtATime.take(asked.request_id, asked.fingerprint);
    if (turn.taken) return { request: asked, free: turn.free };
    if (turn.by !== asked.fingerprint) throw keyReused();
    void reply.header("retry-after", "1");
    throw new AppError("idempotency-key-in-use", "the first request with this key is still being answered", {
      field: "idempotency-key",
    });
  }

  scope.addHook("onSend", async (request, reply, payload) => {
    const own = held.get(request);
    if (own === undefined) return payload;
    held.delete(request);
    try {
      const lasts = reply.statusCode < 500 && !passing.has(reply.statusCode);
      if (lasts) await keep(answers, own.request, { reply, payload });
    } catch (err) {
      // What was asked for is done, so the answer goes out all the same.
      request.log.error({ err, request_id: request.id }, "an answer could not be kept");
    } finally {
      await own.free();
    }
    return payload;
  });
}

/** The request as it is looked up; null where it brings no key. */
function readRequest(request: FastifyRequest): RepeatableRequest | null {
  const key = request.headers["idempotency-key"];
  const caller = callerId(request);
  if (typeof key !== "string" || caller === null) return null;
  if (!takesIdempotencyKey(request.method, request.routeOptions.url ?? "")) return null;
  const { authorization, cookie = "" } = request.headers;
  const { method, url, body } = request;
  return repeatable({ caller, credential: authorization ?? cookie, key, method, url, body });
}

async function keep(
  answers: KeptAnswers,
  request: RepeatableRequest,
  { reply, payload }: { reply: FastifyReply; payload: unknown },
): Promise<void> {
  if (typeof payload !== "string") return;
  const headers = kept.flatMap((name): [string, string][] => {
    const value = reply.getHeader(name);
    return typeof value === "string" ? [[name, value]] : [];
  });
  await answers.keep(request, { status: reply.statusCode, headers: Object.fromEntries(headers), body: payload });
}

function repeat(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply
    .code(status)
    .headers({ ...headers, "idempotency-replayed": "true" })
    .send(body);
}
