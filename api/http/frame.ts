import { Socket } from "node:net";
import type { RouteOptions } from "fastify";
import Type, { type TObject } from "typebox";
import type { ProblemKey } from "../../core/errors.ts";
import type { Api } from "../api.ts";
import { requireCaller } from "../access/guard.ts";
import { withProblems } from "../openapi.ts";
import type { System } from "../system.ts";
import { answerAcceptable, formsOf } from "./accept.ts";
import { answerUnchanged } from "./etags.ts";
import { answerOnce, IdempotencyKey, takesIdempotencyKey } from "./idempotency.ts";
import { type HttpLimits, httpLimits } from "./limits.ts";
import { readShallowJson } from "./json-depth.ts";
import { createRateLimits, type RateLimits } from "./rate-limit.ts";
import { secureHeaders } from "./security-headers.ts";

/** What holds for every request of the application. To be called before any route is added. */
export async function frameAll(
  app: Api,
  system: System,
  { limits, https }: { limits: HttpLimits; https: boolean },
): Promise<RateLimits> {
  app.addHook("onRoute", describeOpen);
  await secureHeaders(app, { https });
  readShallowJson(app, limits.json_depth);
  // Where nothing has moved for so long the connection ends; Node takes it back once the answer is read.
  app.addHook("onSend", async ({ socket }) => {
    if (socket instanceof Socket) socket.setTimeout(limits.reading_ms);
  });
  const rates = await createRateLimits(app, system);
  app.addHook("onRequest", rates.byAddress);
  answerAcceptable(app);
  return rates;
}

/** What holds for every request that asks for a token, and stands in the description of each. To be called before the routes of `scope` are added. */
export function frameGuarded(scope: Api, system: System, { rates, open }: { rates: RateLimits; open: boolean }): void {
  scope.addHook("onRoute", describe);
  requireCaller(scope, system, { open });
  scope.addHook("onRequest", rates.byCaller);
  answerUnchanged(scope);
  answerOnce(scope, system);
}

/** Fastify's own options for a server with these limits. */
export function serverLimits({
  receive_ms,
  headers_ms,
  look_ms,
  answer_ms,
  silent_ms,
  body_bytes,
}: HttpLimits = httpLimits) {
  return {
    bodyLimit: body_bytes,
    requestTimeout: receive_ms,
    keepAliveTimeout: silent_ms,
    handlerTimeout: answer_ms,
    http: { headersTimeout: headers_ms, connectionsCheckingInterval: look_ms },
  };
}

/** What any request can be answered with. */
const everywhere: readonly ProblemKey[] = [
  "invalid-request",
  "too-many-requests",
  "headers-too-large",
  "internal",
  "answer-timeout",
];
/** And any that asks for a token. */
const guarded: readonly ProblemKey[] = ["unauthorized", "forbidden", "store-unavailable", "disk-full"];
const withBody: readonly ProblemKey[] = [
  "unreadable-body",
  "body-too-large",
  "unsupported-media-type",
  "control-unavailable",
];
const withKey: readonly ProblemKey[] = ["idempotency-key-in-use", "idempotency-key-reused", "conflict"];

/** Says of a route what the frame answers in its place. */
function describeOpen(route: RouteOptions): void {
  const { schema } = route;
  if (schema === undefined || schema.hide === true) return;
  const { properties } = (schema.params ?? {}) as Partial<TObject>;
  const named = Object.entries(properties ?? {}).map(([name, of]) => [name, { minLength: 1, ...of }] as const);
  route.schema = {
    ...schema,
    // What is empty in an address is no name of anything.
    ...(properties === undefined ? {} : { params: Type.Object(Object.fromEntries(named)) }),
    response: withProblems((schema.response ?? {}) as Record<string, unknown>, [
      ...everywhere,
      ...(formsOf(route).length > 0 ? (["not-acceptable"] as const) : []),
    ]),
  };
}

function describe(route: RouteOptions): void {
  const { schema, method, url } = route;
  if (schema === undefined || schema.hide === true) return;
  const methods = [method].flat();
  const changes = methods.some((one) => one !== "GET" && one !== "HEAD");
  const keyed = methods.some((one) => takesIdempotencyKey(one, url));
  const { properties = {} } = (schema.headers ?? {}) as Partial<TObject>;
  route.schema = {
    ...schema,
    ...(keyed ? { headers: Type.Object({ ...properties, "idempotency-key": IdempotencyKey }) } : {}),
    response: withProblems((schema.response ?? {}) as Record<string, unknown>, [
      ...guarded,
      ...(changes ? withBody : []),
      ...(keyed ? withKey : []),
    ]),
  };
}
