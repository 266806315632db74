/**
 * A statement with the insides of its comments, texts and quoted names blanked, at the same places: what is left can be
 * searched for words and semicolons. Pure.
 */
export function outlineOf(sql: string): string {
  return sql.replace(
    /--[^\n]*|#![^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`/g,
    (found) =>
      /^['"`]/.test(found) ? `${found[0]}${"x".repeat(found.length - 2)}${found[0]}` : " ".repeat(found.length),
  );
}

/** What kind of statement it is, as far as the interface treats kinds apart. */
export interface Outline {
  /** Its rows go out: they may be streamed. */
  readonly reads: boolean;
  /** It is an INSERT that reads the data that come with it: everything before its FORMAT, and that format's name. */
  readonly takes: { readonly head: string; readonly format: string; readonly rest: string } | null;
  /** The format it names for its rows; null = none. */
  readonly format: string | null;
  /** More than one statement. */
  readonly several: boolean;
}

/** Reads a statement as the HTTP interface does before the engine gets it. Pure. */
export function readOutline(sql: string): Outline {
  const outline = outlineOf(sql);
  const insert = /^\s*INSERT\s+INTO\b/i.test(outline);
  const format = /\bFORMAT\s+(\w+)/i.exec(outline);
  if (insert) {
    const data = /\bFORMAT\s+(\w+)[ \t]*\n?/i.exec(outline);
    const inline = data ?? /\bVALUES\b/i.exec(outline);
    const text = inline === null ? outline : outline.slice(0, inline.index);
    return {
      reads: false,
      takes:
        data === null || data[1]?.toLowerCase() === "values"
          ? null
          : { head: sql.slice(0, data.index), format: data[1] ?? "", rest: sql.slice(data.index + data[0].length) },
      format: null,
      several: inline === null && hasSeveral(text),
    };
  }
  return {
    reads: /^[\s(]*(SELECT|WITH|SHOW|DESC|DESCRIBE|EXPLAIN|EXISTS)\b/i.test(outline),
    takes: null,
    format: format?.[1] ?? null,
    several: hasSeveral(outline),
  };
}

function hasSeveral(outline: string): boolean {
  return /;\s*\S/.test(outline);
}
