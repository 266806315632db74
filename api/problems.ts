import { randomBytes } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import Type from "typebox";
import { loggable } from "./access/redact.ts";
import { AppError, type ProblemKey, toProblem } from "../core/errors.ts";

/** RFC 9457. `type` names an entry of the catalogue in core/errors.ts, `instance` is the request's id, as in the log. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: "/problems/<key>" }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: "The field, its value and what was expected" }),
    instance: Type.String({ description: "The id of the request, in x-request-id and in the log too" }),
    field: Type.Optional(Type.String()),
  },
  { $id: "Problem", additionalProperties: false },
);

/** What Fastify itself refuses, by its error codes. */
const ofFastify: Readonly<Record<string, ProblemKey>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body-too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported-media-type",
  FST_ERR_CTP_EMPTY_JSON_BODY: "unreadable-body",
  FST_ERR_CTP_INVALID_JSON_BODY: "unreadable-body",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "unreadable-body",
  FST_ERR_BAD_URL: "invalid-request",
  FST_ERR_ASYNC_CONSTRAINT: "invalid-request",
  FST_ERR_HANDLER_TIMEOUT: "answer-timeout",
};

const fieldOf: Partial<Record<ProblemKey, { field: string }>> = {
  "body-too-large": { field: "body" },
  "unreadable-body": { field: "body" },
  "unsupported-media-type": { field: "content-type" },
};

/** All addresses that no other route has. */
export const anywhere = "/*";

/** Every error leaves as problem+json; an address known under other methods is a 405 that names them. */
export function answerProblems(app: FastifyInstance): void {
  const routes: { method: string; pattern: RegExp }[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    // Where a browser is told that nothing is there, nothing is.
    if (url === anywhere) return;
    for (const name of [method].flat()) routes.push({ method: name, pattern: patternOf(url) });
  });
  const answerNotFound = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split("?")[0] ?? "";
    const methods = [...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
    if (methods.length === 0)
      return sendProblem(new AppError("not-found", `there is nothing at ${path}`), request, reply);
    void reply.header("allow", methods.join(", "));
    return sendProblem(
      new AppError("method-not-allowed", `${path} takes ${methods.join(", ")}, not ${request.method}`),
      request,
      reply,
    );
  };
  app.setNotFoundHandler(answerNotFound);
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    // Fastify looks at the content type of QUERY before it sees that no address takes it.
    error.code === "FST_ERR_ROUTE_MISSING_CONTENT_TYPE"
      ? answerNotFound(request, reply)
      : sendProblem(error, request, reply),
  );
}

/** Answers with the problem of `error` and logs it: what the caller did at info, what failed here at error. */
export function sendProblem(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof AppError ? error : fromFastify(error as FastifyError, request);
  const problem = toProblem(known, request.id);
  const facts = {
    request_id: request.id,
    method: request.method,
    route: request.routeOptions?.url ?? null,
    status: problem.status,
  };
  const said = loggable(problem.detail, request.routeOptions?.schema?.operationId);
  if (problem.status >= 500) request.log.error({ ...facts, err: error }, "request failed");
  else request.log.info({ ...facts, problem: problem.type, field: problem.field, detail: said }, "request refused");
  // Also where no hook has run: what the router refuses.
  void reply.header("x-request-id", request.id);
  if (problem.status === 401) void reply.header("www-authenticate", "Bearer");
  if (problem.status === 406) void reply.header("vary", "accept");
  return reply.code(problem.status).type("application/problem+json").send(problem);
}

function fromFastify(error: FastifyError, { headers, routeOptions }: FastifyRequest): Error {
  const key = isBrokenOff(error) ? "unreadable-body" : ofFastify[error.code];
  if (key === undefined) return error;
  const type = headers["content-type"];
  const details: Partial<Record<ProblemKey, string>> = {
    "answer-timeout": "the answer took longer than this server gives one",
    "body-too-large": `the body is longer than ${routeOptions.bodyLimit} bytes, the limit here`,
    "unsupported-media-type": `content-type is ${type === undefined ? "missing" : JSON.stringify(type.slice(0, 200))}, expected one that this address takes`,
  };
  return new AppError(key, details[key] ?? error.message, { cause: error, ...fieldOf[key] });
}

/** A body whose sender went away in its middle; others' connections that break bear no status. */
function isBrokenOff({ code, statusCode }: FastifyError): boolean {
  return code === "ECONNRESET" && statusCode === 400;
}

function patternOf(url: string): RegExp {
  const literal = url.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replace(/:\w+/g, "[^/]+").replaceAll("*", ".*")}$`);
}

/** What the server itself refuses, by Node's error codes; all else is no HTTP. */
const ofNode: Readonly<Record<string, { key: ProblemKey; detail: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { key: "request-timeout", detail: "the request did not arrive in the time it has" },
  HPE_HEADER_OVERFLOW: { key: "headers-too-large", detail: "the headers are longer than 16 KiB" },
};
const unreadable = { key: "unreadable-body", detail: "This is not a request this server can read." } as const;

/** What never became a request (no HTTP, headers without end, a body that does not come) is answered on the bare connection, in the same form. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const instance = `req_${randomBytes(10).toString("hex")}`;
  const { key, detail } = ofNode[error.code ?? ""] ?? unreadable;
  const problem = toProblem(new AppError(key, detail), instance);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ""}`,
    "content-type: application/problem+json",
    `x-request-id: ${instance}`,
    "content-security-policy: default-src 'none';frame-ancestors 'none'",
    "x-content-type-options: nosniff",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${[...head, "connection: close"].join("\r\n")}\r\n\r\n${body}`);
}
