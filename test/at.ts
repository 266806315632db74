import { type InstantMs, parseInstant } from "../core/instant.ts";

/** An instant as a test writes it: RFC 3339. */
export function at(text: string): InstantMs {
  const ms = parseInstant(text);
  if (ms === null) throw new Error(`bad instant in a test: ${text}`);
  return ms;
}
