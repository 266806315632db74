/** Whom a view is for: what it is listed under, and who may open it. */
export type Area = "use" | "bills" | "road";

/** One view: its address, what it is called, the key after `g` that goes there, and the roles that may see what it shows. */
export interface ViewAddress {
  readonly name: string;
  /** A path; `:id` stands for one part of it. */
  readonly path: string;
  readonly title: string;
  readonly area: Area;
  /** Null = reached from other views, not listed. */
  readonly key: string | null;
  readonly roles: readonly string[];
}

const everyone = ["admin", "finance", "auditor", "domain-admin", "account"];
const money = ["admin", "finance", "auditor"];

const of = <Name extends string>(
  name: Name,
  [path, title, area, key, roles]: [string, string, Area, string | null, readonly string[]],
): ViewAddress & { readonly name: Name } => ({ name, path, title, area, key, roles });

/** All views in the order in which they are listed. The server answers these paths and no others; the page shows what stands there. */
export const viewAddresses = [
  of("usage", ["/usage", "Usage", "use", "u", everyone]),
  of("forecast", ["/forecast", "Forecast", "use", "f", everyone]),
  of("budgets", ["/budgets", "Budgets", "use", "b", everyone]),
  of("months", ["/months", "Months", "bills", "m", money]),
  of("statements", ["/statements", "Statements", "bills", "s", everyone]),
  of("statement", ["/statements/:id", "Statement", "bills", null, everyone]),
  of("line", ["/statements/:id/lines/:line", "Line", "bills", null, everyone]),
  of("adjustments", ["/adjustments", "Adjustments", "bills", "a", money]),
  of("closing", ["/closing", "Closing", "bills", "c", money]),
  of("rerating", ["/rerating", "Re-rating", "bills", "r", money]),
  of("exports", ["/exports", "Exports", "bills", "e", money]),
  of("road", ["/road", "Health", "road", "h", money]),
  of("runs", ["/runs", "Runs", "road", "n", money]),
  of("run", ["/runs/:id", "Run", "road", null, money]),
  of("findings", ["/findings", "Findings", "road", "d", money]),
  of("quarantine", ["/quarantine", "Quarantine", "road", "q", money]),
  of("event", ["/event", "Event", "road", null, everyone]),
  of("search", ["/search", "Search", "use", null, everyone]),
] as const;
export type ViewName = (typeof viewAddresses)[number]["name"];

/** What stands at `/`: the bills for those who see all of them, else what was used. */
export function homeOf(role: string): "months" | "usage" {
  return money.includes(role) ? "months" : "usage";
}

/** The view at a path and what its `:parts` are; null where none is. Parts are percent-decoded. */
export function viewAt(
  path: string,
): { readonly view: (typeof viewAddresses)[number]; readonly params: Readonly<Record<string, string>> } | null {
  const parts = path.split("/");
  for (const view of viewAddresses) {
    const wanted = view.path.split("/");
    if (wanted.length !== parts.length) continue;
    const fits = wanted.every((part, index) => part.startsWith(":") || part === parts[index]);
    if (!fits) continue;
    const pairs = wanted.flatMap((part, index) =>
      part.startsWith(":") ? [[part.slice(1), decode(parts[index] ?? "")] as const] : [],
    );
    return { view, params: Object.fromEntries(pairs) };
  }
  return null;
}

/** Half a percent sign is no fault of the view's: it finds nothing under it. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
