import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Context, context, propagation, type Span, SpanKind, trace } from "@opentelemetry/api";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { forRequest } from "../../core/request-scope.ts";
import { failSpan } from "../../core/trace.ts";

/** An id that a caller may give a request: what may stand in a log as it is. */
const givenId = /^[A-Za-z0-9][\w.:-]{0,63}$/;
const tracer = trace.getTracer("tallyhouse");

/** The id of a request: the caller's `x-request-id` where it is a plain word, else one made up here. */
export function requestIdOf({ headers }: Pick<IncomingMessage, "headers">): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && givenId.test(given) ? given : `req_${randomBytes(10).toString("hex")}`;
}

/**
 * Follows every request of the application: its id is in the answer and in every line of the log that is of it; it is a span, the child
 * of the caller's where `traceparent` says so; a change that was made is a line of the log.
 */
export function observeRequests(app: FastifyInstance | { addHook: FastifyInstance["addHook"] }): void {
  const followed = new WeakMap<FastifyRequest, { span: Span; within: Context }>();

  app.addHook("onRequest", (request, reply, done) => {
    void reply.header("x-request-id", request.id);
    const parent = propagation.extract(context.active(), request.headers);
    const route = request.routeOptions.url ?? "none";
    const attributes = {
      "http.request.method": request.method,
      "http.route": route,
      "tally.request.id": request.id,
    };
    const span = tracer.startSpan(`${request.method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    followed.set(request, { span, within: trace.setSpan(parent, span) });
    go(request, done);
  });
  // A body is read on events of its connection, which know nothing of the request.
  app.addHook("preValidation", (request, _reply, done) => go(request, done));
  app.addHook("onError", async (request, _reply, error) => {
    const span = followed.get(request)?.span;
    if (span !== undefined) failSpan(span, error);
  });
  app.addHook("onResponse", async (request, reply) => {
    const span = followed.get(request)?.span;
    span?.setAttribute("http.response.status_code", reply.statusCode);
    span?.end();
    const route = request.routeOptions.url ?? "none";
    const facts = { request_id: request.id, method: request.method, route, status: reply.statusCode };
    const took_ms = Math.round(reply.elapsedTime);
    const isWrite = !["GET", "HEAD", "OPTIONS"].includes(request.method) && route !== "/v1/events";
    const changes = request.command?.changes ?? isWrite;
    // Refused and failed ones have a line with their reason already; what is asked all day long has none.
    if (changes && reply.statusCode < 400) request.log.info({ ...facts, took_ms }, "change answered");
    else request.log.debug({ ...facts, took_ms }, "request answered");
  });

  function go(request: FastifyRequest, done: () => void): void {
    const within = followed.get(request)?.within ?? context.active();
    context.with(within, () => forRequest({ request_id: request.id }, done));
  }
}
