import { createHmac, timingSafeEqual } from "node:crypto";
import { type InstantMs } from "../../core/instant.ts";
import { parseDate } from "./dates.ts";

/**
 * What is signed: all parameters but the signature, sorted by their names in lower case, values encoded as Java does (space as %20, `*` as
 * it is), the whole in lower case. Clients differ in whether names are encoded too: of names that CloudStack knows only those of maps tell.
 */
function textToSign(parameters: readonly (readonly [string, string])[]): string {
  return parameters
    .filter(([name]) => name.toLowerCase() !== "signature")
    .map(([name, value]) => [name.toLowerCase(), encode(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
    .toLowerCase();
}

/** encodeURIComponent leaves !'()* alone, Java's encoder only the last of them; `~` is encoded there. */
function encode(value: string): string {
  return encodeURIComponent(value).replace(/[!'()]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

/** HMAC-SHA1 in Base64, as CloudStack signs. */
function sign(text: string, secret: string): string {
  return createHmac("sha1", secret).update(text).digest("base64");
}

/**
 * Whether a request is signed with `secret` and has not expired. Version 3 must say when it expires; without it none may, but one
 * that does is held to it. Every try is compared in constant time.
 */
export function isSigned(
  parameters: readonly (readonly [string, string])[],
  { secret, now }: { secret: string; now: InstantMs },
): boolean {
  const given = new Map(parameters.map(([name, value]) => [name.toLowerCase(), value]));
  const matches = spellings(parameters)
    .map((text) => isSame(sign(text, secret), given.get("signature") ?? ""))
    .some((same) => same);
  return matches && !hasExpired(given, now);
}

function hasExpired(given: ReadonlyMap<string, string>, now: InstantMs): boolean {
  const expires = given.get("expires");
  if (expires === undefined) return given.get("signatureversion") === "3";
  const at = parseDate(expires, { zone: "UTC", end: false });
  return at === null || at < now;
}

/** The ways clients spell what they sign: `~` encoded or not, brackets of names and values encoded or not. */
function spellings(parameters: readonly (readonly [string, string])[]): string[] {
  const text = textToSign(parameters);
  const open = text.replaceAll("%5b", "[").replaceAll("%5d", "]");
  return [...new Set([text, text.replaceAll("~", "%7e"), open, text.replaceAll("[", "%5b").replaceAll("]", "%5d")])];
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
