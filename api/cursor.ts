import { createHash } from "node:crypto";
import Type, { type Static, type TSchema } from "typebox";
import { Check } from "typebox/value";
import { AppError } from "../core/errors.ts";

const Envelope = Type.Object(
  { list: Type.String(), sum: Type.String(), place: Type.Unknown() },
  { additionalProperties: false },
);

/** What a page was asked for, apart from where it begins: a cursor is good for the same question only. */
export type Question = Readonly<Record<string, unknown>>;

/** The cursor after a page: where the next one begins, and of which question. Opaque to callers. */
export function writeCursor(question: Question, place: unknown): string {
  return Buffer.from(JSON.stringify({ list: digest(question), sum: digest(place), place })).toString("base64url");
}

/** Where a cursor points to. @throws AppError invalid-request when it is none, or was given for another question */
export function readCursor<S extends TSchema>(cursor: string, question: Question, placeSchema: S): Static<S> {
  const found = parse(cursor);
  if (!Check(Envelope, found) || found.sum !== digest(found.place))
    throw refuse(cursor, "expected the next_cursor of a former page");
  if (found.list !== digest(question))
    throw refuse(cursor, "which was given for other filters; send those again, or start without a cursor");
  if (!Check(placeSchema, found.place)) throw refuse(cursor, "expected the next_cursor of a former page");
  return found.place;
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}

function refuse(cursor: string, why: string): AppError {
  return new AppError("invalid-request", `cursor is ${JSON.stringify(cursor.slice(0, 200))}, ${why}`, {
    field: "cursor",
  });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
