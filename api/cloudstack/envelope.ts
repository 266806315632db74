import type { ApiError } from "./api-error.ts";
import type { Body } from "./command.ts";

/** As which release of CloudStack this endpoint speaks. */
export const CLOUDSTACK_VERSION = "4.20.0.0";

export type Format = "json" | "xml";
export const contentTypes: Readonly<Record<Format, string>> = {
  json: "application/json; charset=utf-8",
  xml: "text/xml; charset=utf-8",
};

/** The body of an answer: everything under `<command in lower case>response`; an empty list is an empty object. */
export function renderBody(command: string, body: Body, format: Format): string {
  return render(`${command.toLowerCase()}response`, contentOf(body), format);
}

/** The body of a refusal; `command` null where it is not known. */
export function renderError(command: string | null, { code, cs_code, message }: ApiError, format: Format): string {
  const name = command === null ? "errorresponse" : `${command.toLowerCase()}response`;
  return render(name, { uuidList: [], errorcode: code, cserrorcode: cs_code, errortext: message }, format);
}

function contentOf(body: Body): Record<string, unknown> {
  switch (body.kind) {
    case "list":
      if (body.items.length === 0 && body.count === 0) return {};
      return { count: body.count, ...(body.items.length === 0 ? {} : { [body.name]: body.items }) };
    case "object":
      return { [body.name]: body.item };
    case "plain":
      return body.item;
  }
}

function render(name: string, content: Record<string, unknown>, format: Format): string {
  if (format === "json") return JSON.stringify({ [name]: content }, (_key, value: unknown) => value ?? undefined);
  return `<?xml version="1.0" encoding="UTF-8"?><${name} cloud-stack-version="${CLOUDSTACK_VERSION}">${toXml(content)}</${name}>`;
}

function toXml(content: object): string {
  return Object.entries(content)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((one: unknown) => [name, one] as const) : [[name, value]],
    )
    .map(([name, value]) => element(name as string, value))
    .join("");
}

function element(name: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  const inner = typeof value === "object" ? toXml(value) : escape(textOf(value));
  return `<${name}>${inner}</${name}>`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Control characters cannot stand in XML at all, escaped or not. */
function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return (
    text
      // eslint-disable-next-line no-control-regex
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"']/g, (letter) => entities[letter] ?? letter)
  );
}
