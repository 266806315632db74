/**
 * A statement with its parameters `{name:Type}` written into it as constants of their types, as the engine itself would put them there.
 * The engine in the process takes one statement with parameters beside it at a time, whatever the connection: one of minutes, such as that
 * of a run or an export, would hold up all others.
 * @throws Error for a parameter without a value
 */
export function bindText(sql: string, values: Readonly<Record<string, unknown>>): string {
  return sql.replaceAll(/\{(\w+)\s*:\s*([A-Z][^}]*)\}/g, (_all, name: string, written: string) => {
    if (!Object.hasOwn(values, name)) throw new Error(`the statement takes ${name}, which is not given`);
    const type = written.trim();
    const constant = literal(values[name], type);
    return type === "String" ? constant : `CAST(${constant}, ${quote(type)})`;
  });
}

function literal(value: unknown, type: string): string {
  if (value === null) return "NULL";
  if (Array.isArray(value)) {
    const inner = /^Array\((.*)\)$/.exec(type)?.[1];
    const all = value.map((one: unknown) => literal(one, inner ?? "")).join(", ");
    return inner === undefined ? `tuple(${all})` : `[${all}]`;
  }
  // Bare digits beyond 64 bits would be read as a float.
  return typeof value === "number" || typeof value === "boolean" ? `${value}` : quote(`${value as string | bigint}`);
}

/** Text as the engine reads it. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&").replaceAll("\0", "\\0")}'`;
}
