import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";

/** Of a change of what has a version. */
export const IfMatch = Type.Object({
  "if-match": Type.Optional(
    Type.String({
      description: 'The ETag the change was made from, "0" for what must be new; another one by now is a 412',
    }),
  ),
});

/** Answers 304, without a body, to a read whose If-None-Match names the ETag it would be answered with (RFC 9110, 13.1.2). */
export function answerUnchanged(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    const asked = request.headers["if-none-match"];
    const reads = request.method === "GET" || request.method === "HEAD";
    if (!reads || asked === undefined || reply.statusCode !== 200 || !names(asked, reply.getHeader("etag")))
      return payload;
    if (typeof payload === "object" && payload !== null && "destroy" in payload)
      (payload as { destroy(): void }).destroy();
    void reply.code(304).removeHeader("content-length").removeHeader("content-type");
    return null;
  });
}

/** Compared weakly, as reads are. */
function names(asked: string, etag: unknown): boolean {
  if (typeof etag !== "string") return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, "");
  return asked.trim() === "*" || asked.split(",").some((tag) => bare(tag) === bare(etag));
}

/** The version an If-Match header names, "0" for none; undefined where the header is absent or `*`. @throws AppError invalid-request */
export function readIfMatch(header: string | undefined): string | undefined {
  if (header === undefined || header === "*") return undefined;
  const version = /^"(\d{1,18})"$/.exec(header)?.[1];
  if (version !== undefined) return version;
  throw new AppError(
    "invalid-request",
    `if-match is ${JSON.stringify(header.slice(0, 200))}, expected the ETag of a former answer, such as "3"`,
    { field: "if-match" },
  );
}

/** As `readIfMatch`; `exists`: a change of what is there must name what it was made from. @throws AppError precondition-required, invalid-request */
export function requireIfMatch(header: string | undefined, exists: boolean): string | undefined {
  if (header !== undefined || !exists) return readIfMatch(header);
  throw new AppError(
    "precondition-required",
    "if-match is missing; expected the ETag of the answer this change was made from",
    { field: "if-match" },
  );
}
