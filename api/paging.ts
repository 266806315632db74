import Type, { type Static, type TSchema } from "typebox";
import { AppError } from "../core/errors.ts";
import { type InstantMs, parseInstant } from "../core/instant.ts";
import { type Question, readCursor, writeCursor } from "./cursor.ts";

/** How much of a list one answer holds, and where it begins. */
export const pageQuery = {
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 8192,
      description: "next_cursor of the former page; the filters must be the same",
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: "500 unless said otherwise" })),
};
export const limitDefault = 500;

/** Names to choose by, such as of accounts: repeated, none = all. */
export const Texts = Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 1000 });

/** The envelope of a list: `next_cursor` null = that was the last page. */
export function pageOf<T extends TSchema>(item: T, $id: string) {
  return Type.Object(
    { data: Type.Array(item), next_cursor: Type.Union([Type.String(), Type.Null()]) },
    { $id, additionalProperties: false },
  );
}

/**
 * The page of `question` at a cursor (undefined = the first), with the cursor of the next one. `read` gives what follows a
 * place, null = the start; it is asked for one more than the page holds, to see whether there is more.
 */
export async function readPage<Item, Place extends TSchema>(asked: {
  question: Question;
  cursor: string | undefined;
  limit: number | undefined;
  place: Place;
  read(after: Static<Place> | null, limit: number): Promise<Item[]>;
  placeOf(last: Item): Static<Place>;
}): Promise<{ data: Item[]; next_cursor: string | null }> {
  const { question, cursor, limit = limitDefault } = asked;
  const after = cursor === undefined ? null : readCursor(cursor, question, asked.place);
  const found = await asked.read(after, limit + 1);
  const data = found.slice(0, limit);
  const last = found.length > limit ? data.at(-1) : undefined;
  return { data, next_cursor: last === undefined ? null : writeCursor(question, asked.placeOf(last)) };
}

/** A moment in a query or body. @throws AppError invalid-request */
export function readInstant(field: string, text: string): InstantMs {
  const at = parseInstant(text);
  // The store's times end in 2299; before 1970 nothing was metered.
  if (at !== null && at >= 0 && at < end) return at;
  const hint = /^\d{4}-\d\d-\d\d([T ][\d:.]+)?$/.test(text)
    ? "; without an offset nobody knows whose clock is meant"
    : "";
  const expected =
    "expected an RFC 3339 instant with an offset or Z between 1970 and 2299, such as 2026-10-01T00:00:00Z";
  throw new AppError("invalid-request", `${field} is ${JSON.stringify(text)}, ${expected}${hint}`, { field });
}

const end = Date.UTC(2299, 0, 1);

/** A half-open range [from, to). @throws AppError invalid-request */
export function readRange(query: { from: string; to: string }): { from: InstantMs; to: InstantMs } {
  const [from, to] = [readInstant("from", query.from), readInstant("to", query.to)];
  if (to <= from)
    throw new AppError(
      "invalid-request",
      `to is ${JSON.stringify(query.to)}, expected an instant after from, which is ${query.from}`,
      { field: "to" },
    );
  return { from, to };
}
