import type { FastifyInstance } from "fastify";
import Type from "typebox";
import { AppError } from "../../core/errors.ts";

/** Of a change of what has a version. */
export const IfMatch = Type.Object({
  "if-match": Type.Optional(
    Type.String({
      description:
        'The ETag the change was made from, or several of which any will do, "0" for what must be new, * for what must be there; none of them by now is a 412',
    }),
  ),
  "if-none-match": Type.Optional(
    Type.String({ description: "* for what must be new, or ETags of which it may have none; else a 412" }),
  ),
});

/** What a change says of the state it was made from. */
interface Conditions {
  readonly "if-match"?: string | undefined;
  readonly "if-none-match"?: string | undefined;
}

/** A version as its ETag tells it; null = nothing is there. */
type Version = string | number | null;

/** An entity tag: weak ones differ in bytes and say the same. */
interface Tag {
  readonly weak: boolean;
  readonly text: string;
}

/** Answers 304, without a body, to a read whose If-None-Match names the ETag it would be answered with (RFC 9110, 13.1.2). */
export function answerUnchanged(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    const asked = readTags(request.headers["if-none-match"] ?? "");
    const etag = reply.getHeader("etag");
    const reads = request.method === "GET" || request.method === "HEAD";
    if (!reads || asked === null || reply.statusCode !== 200 || typeof etag !== "string") return payload;
    if (!names(asked, etag.replace(/^W\//, ""))) return payload;
    if (typeof payload === "object" && payload !== null && "destroy" in payload)
      (payload as { destroy(): void }).destroy();
    void reply.code(304).removeHeader("content-length").removeHeader("content-type");
    // Where a body was left out already, its length is taken of what is given here.
    return request.method === "HEAD" ? "" : null;
  });
}

/**
 * The version a change was made from, as an option of `put` (RFC 9110, 13.1.1 and 13.1.2). One that is named alone is compared where it is
 * written; of several the one that is present is taken, by `present`. @throws AppError invalid-request, precondition-failed
 */
export async function seenVersion(
  conditions: Conditions,
  present: () => Promise<Version>,
): Promise<{ if_version?: string }> {
  const if_version = await readSeen(conditions, present);
  return if_version === undefined ? {} : { if_version };
}

/**
 * The version of what is put whole that a change was made from: of what is there, If-Match must say it, and without it what is put must be new
 * still when it is written (0), so of two who make it the later does not win unseen.
 * @throws AppError precondition-required, precondition-failed, invalid-request
 */
export async function requireSeen(conditions: Conditions, present: Version): Promise<{ if_version?: number }> {
  const seen = await readSeen(conditions, async () => present);
  if (present !== null && conditions["if-match"] === undefined)
    throw new AppError(
      "precondition-required",
      "if-match is missing; expected the ETag of the answer this change was made from",
      { field: "if-match" },
    );
  if (seen !== undefined) return { if_version: Number(seen) };
  return present === null ? { if_version: 0 } : {};
}

/** Of a version that was named in a header, and is the present one no more. */
export function tellPrecondition(error: unknown): never {
  if (error instanceof AppError && error.key === "conflict" && error.field === "version")
    throw new AppError("precondition-failed", error.message, { field: "if-match", cause: error });
  throw error;
}

/** undefined = whichever is there. @throws AppError invalid-request, precondition-failed */
async function readSeen(conditions: Conditions, present: () => Promise<Version>): Promise<string | undefined> {
  const [match, none] = [readCondition(conditions, "if-match"), readCondition(conditions, "if-none-match")];
  const alone = match !== null && none === null && match.length === 1 ? versionOf(match[0]) : null;
  if (alone !== null) return alone;
  if (match === null && none === null) return undefined;
  const now = await present();
  const etag = `"${now ?? 0}"`;
  // Only what is there has any ETag, but for ours of what must be new.
  if (match !== null && (match === "*" ? now === null : !names(strong(match), etag)))
    throw failed("if-match", conditions, now);
  if (none !== null && now !== null && names(none, etag)) throw failed("if-none-match", conditions, now);
  return match === "*" && none === null ? undefined : String(now ?? 0);
}

function failed(field: keyof Conditions, conditions: Conditions, now: Version): AppError {
  const shown = JSON.stringify(conditions[field]?.slice(0, 200));
  return new AppError(
    "precondition-failed",
    `${field} is ${shown}, and there is ${now === null ? "none" : `"${now}"`}`,
    {
      field,
    },
  );
}

function readCondition(conditions: Conditions, field: keyof Conditions): readonly Tag[] | "*" | null {
  const header = conditions[field];
  if (header === undefined) return null;
  const tags = readTags(header);
  if (tags !== null) return tags;
  throw new AppError(
    "invalid-request",
    `${field} is ${JSON.stringify(header.slice(0, 200))}, expected ETags of former answers, such as "3", or *`,
    { field },
  );
}

/** The entity tags of a header (RFC 9110, 8.8.3), or `*`; null where it has another form. */
function readTags(header: string): readonly Tag[] | "*" | null {
  if (header.trim() === "*") return "*";
  if (!/^[ \t,]*(?:(?:W\/)?"[!\x23-\x7e\x80-\xff]*"[ \t]*(?:,[ \t,]*|$))+$/.test(header)) return null;
  return [...header.matchAll(/(W\/)?("[^"]*")/g)].map(([, weak, text = ""]) => ({ weak: weak !== undefined, text }));
}

/** The version a tag of ours alone stands for; null = it needs to be looked at. */
function versionOf(tag: Tag | string | undefined): string | null {
  if (typeof tag !== "object" || tag.weak) return null;
  return /^"(\d{1,18})"$/.exec(tag.text)?.[1] ?? null;
}

function strong(tags: readonly Tag[]): readonly Tag[] {
  return tags.filter(({ weak }) => !weak);
}

function names(tags: readonly Tag[] | "*", etag: string): boolean {
  return tags === "*" || tags.some(({ text }) => text === etag);
}
