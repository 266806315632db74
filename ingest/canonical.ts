/** JSON with sorted keys and no blanks, so that the same pairs are the same text; values are written as they are. */
export function canonical(pairs: Readonly<Record<string, unknown>> | undefined): string {
  if (pairs === undefined) return "{}";
  const keys = Object.keys(pairs);
  if (keys.length === 0) return "{}";
  return `{${keys
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(pairs[key])}`)
    .join(",")}}`;
}
