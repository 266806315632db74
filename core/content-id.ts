import { createHash } from "node:crypto";

/** 32 hexadecimal digits that follow from a text: what has the same text has the same, whoever makes it. Pure. */
export function hexOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** An id that follows from what it is of: told again, it is the same. Pure. */
export function contentId(prefix: string, ...parts: readonly unknown[]): string {
  return `${prefix}_${hexOf(JSON.stringify(parts))}`;
}
