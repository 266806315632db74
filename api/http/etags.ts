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
    // Where a body was left out already, its length is taken of what is given here.
    return request.method === "HEAD" ? "" : null;
  });
}

/** Compared weakly, as reads are. */
function names(asked: string, etag: unknown): boolean {
  if (typeof etag !== "string") return false;
  const bare = (tag: string): string => tag.trim().replace(/^W\//, "");
  return asked.trim() === "*" || asked.split(",").some((tag) => bare(tag) === bare(etag));
}

/** What an If-Match header says of the version a change was made from, as an option of `put`. @throws AppError invalid-request */
export function seenVersion(header: string | undefined): { if_version?: string } {
  const if_version = readIfMatch(header);
  return if_version === undefined ? {} : { if_version };
}

/** The version an If-Match header names, "0" for none; undefined where the header is absent or `*`. @throws AppError invalid-request */
function readIfMatch(header: string | undefined): string | undefined {
  if (header === undefined || header === "*") return undefined;
  const version = /^"(\d{1,18})"$/.exec(header)?.[1];
  if (version !== undefined) return version;
  throw new AppError(
    "invalid-request",
    `if-match is ${JSON.stringify(header.slice(0, 200))}, expected the ETag of a former answer, such as "3"`,
    { field: "if-match" },
  );
}

/**
 * The version of what is put whole that a header names. `exists`: a change of what is there must name one, and without one what is put must
 * be new still when it is written (0), so of two who make it the later does not win unseen; left out: nothing is asked.
 * @throws AppError precondition-required, invalid-request
 */
export function readSeen(header: string | undefined, exists?: boolean): number | undefined {
  if (header === undefined && exists === true)
    throw new AppError(
      "precondition-required",
      "if-match is missing; expected the ETag of the answer this change was made from",
      { field: "if-match" },
    );
  const version = header === undefined && exists === false ? "0" : readIfMatch(header);
  return version === undefined ? undefined : Number(version);
}

/** Of a version that was named in a header, and is the present one no more. */
export function tellPrecondition(error: unknown): never {
  if (error instanceof AppError && error.key === "conflict" && error.field === "version")
    throw new AppError("precondition-failed", error.message, { field: "if-match", cause: error });
  throw error;
}
