import { hash } from "node:crypto";

/** How many ids are remembered; above that the oldest are forgotten and the run finds the repeat instead. */
const idsMax = 500_000;

export type Acquaintance = "new" | "duplicate" | "conflict";

/**
 * What ingest remembers of the ids it has acknowledged, so that a retry is answered at once. It is exact about what it
 * knows and silent about what it does not: the run checks every id against all ever accepted (P3).
 */
export function createRecentIds(): {
  know(source: string, id: string, line: string): Acquaintance;
  remember(source: string, id: string, line: string): void;
} {
  const contents = new Map<string, string>();
  return {
    know: (source, id, line) => {
      const known = contents.get(key(source, id));
      if (known === undefined) return "new";
      return known === digest(line) ? "duplicate" : "conflict";
    },
    remember: (source, id, line) => {
      if (contents.size >= idsMax) contents.delete(contents.keys().next().value as string);
      contents.set(key(source, id), digest(line));
    },
  };
}

function key(source: string, id: string): string {
  return `${source.length}:${source}${id}`;
}

function digest(line: string): string {
  return hash("sha1", line, "base64");
}
