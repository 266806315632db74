/** Markup that is safe to send: made by `xml` alone. */
export interface Xml {
  readonly markup: string;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** An element with a text or with what stands in it; null parts are left out, and so is an element of nothing. */
export function element(
  name: string,
  content: string | readonly (Xml | null)[],
  attributes: Readonly<Record<string, string>> = {},
): Xml | null {
  const inner =
    typeof content === "string"
      ? escape(content)
      : content.flatMap((part) => (part === null ? [] : [part.markup])).join("");
  if (inner === "") return null;
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  return { markup: `<${name}${given.join("")}>${inner}</${name}>` };
}

/** What an XML 1.0 document may hold (production 2, Char); lone halves of pairs are none. */
function isAllowed(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

function escape(text: string): string {
  const allowed = Array.from(text, (one) => (isAllowed(one.codePointAt(0) ?? 0) ? one : "\ufffd")).join("");
  return allowed.replace(/[&<>"']/g, (found) => escapes[found] ?? "");
}
