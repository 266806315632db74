/** One text for one value: keys sorted at every depth, whole numbers of any width as decimal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, found: unknown) => {
    if (typeof found === "bigint") return found.toString();
    if (typeof found !== "object" || found === null || Array.isArray(found)) return found;
    return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The canonical texts of values, sorted: equal for equal sets, whatever order they come in. */
export function canonicalLines(values: readonly unknown[]): string[] {
  return values.map(canonical).toSorted();
}
