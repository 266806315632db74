import type { InstantMs } from "../../core/instant.ts";
import { parameterError } from "./api-error.ts";
import type { Command, Page, Param } from "./command.ts";
import { parseDate } from "./dates.ts";

/** Rows of a page when none are asked for, and the most that can be: default.page.size of CloudStack. */
export const PAGE_SIZE = 500;
const LENGTH_MAX = 255;
const LIST_MAX = 1000;

/** Parameters as they came, names in lower case. */
export type Given = ReadonlyMap<string, string>;

/** Page and size; both or none, and -1 for all without a page. @throws ApiError 431 */
export function readPage({ name, paged }: Command, given: Given): Page {
  if (!paged) return { page: 1, size: PAGE_SIZE };
  const [page, size] = ["page", "pagesize"].map((of) => readInteger(name, of, given.get(of)));
  if (page === undefined && size === undefined) return { page: 1, size: PAGE_SIZE };
  if (size === -1 && page === undefined) return { page: 1, size: null };
  if (page === undefined) throw parameterError(missing(name, "page"));
  if (size === undefined) throw parameterError(missing(name, "pagesize"));
  if (page < 1) throw parameterError(invalid(name, "page", `${page}`));
  if (size < 1) throw parameterError(invalid(name, "pagesize", `${size}`));
  if (size > PAGE_SIZE) throw parameterError(`Page size can't exceed max allowed page size value: ${PAGE_SIZE}`);
  return { page, size };
}

/** The parameters a command knows, as its definition says; others are ignored, as CloudStack does. @throws ApiError 431 */
export function readParameters(command: Command, given: Given, zone: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(command.params)) {
    const text = given.get(name);
    if (param.type === "map") values[name] = readMap(given, name);
    else if (text === undefined || (text === "" && param.empty !== true)) {
      if (param.required === true) throw parameterError(missing(command.name, name));
    } else values[name] = readValue(command.name, name, { param, text, zone });
  }
  return values;
}

function readValue(command: string, name: string, { param, text, zone }: { param: Param; text: string; zone: string }) {
  switch (param.type) {
    case "integer":
      return readInteger(command, name, text);
    case "boolean":
      return readBoolean(command, name, text);
    case "date":
    case "date-end":
      return readDate(command, text, { zone, end: param.type === "date-end" });
    case "list": {
      const values = text.split(",").map((one) => one.trim());
      if (values.length > LIST_MAX) throw parameterError(invalid(command, name, `a list of ${values.length}`));
      return values;
    }
    default:
      if (text.length > LENGTH_MAX) throw parameterError(tooLong(command, name));
      return text;
  }
}

/** `tags[0].key=a&tags[0].value=b`. */
function readMap(given: Given, name: string): Record<string, string>[] | undefined {
  const entries: Record<string, string>[] = [];
  for (const [key, value] of given) {
    const match = /^(\w+)\[(\d{1,3})\]\.(\w+)$/.exec(key);
    if (match?.[1] !== name) continue;
    const at = Number(match[2]);
    entries[at] = { ...entries[at], [match[3] ?? ""]: value };
  }
  return entries.length === 0 ? undefined : entries.filter((entry) => entry !== undefined);
}

function readInteger(command: string, name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw parameterError(invalid(command, name, text));
  return value;
}

function readBoolean(command: string, name: string, text: string): boolean {
  if (/^(true|1)$/i.test(text)) return true;
  if (/^(false|0)$/i.test(text)) return false;
  throw parameterError(invalid(command, name, text));
}

function readDate(command: string, text: string, how: { zone: string; end: boolean }): InstantMs {
  const at = parseDate(text, how);
  if (at !== null) return at;
  throw parameterError(
    `Unable to parse date ${text.slice(0, 200)} for command ${command.toLowerCase()}, please pass dates in the format mentioned in the api documentation`,
  );
}

function missing(command: string, name: string): string {
  return `Unable to execute API command ${command.toLowerCase()} due to missing parameter ${name}`;
}

function invalid(command: string, name: string, value: string): string {
  return `Unable to execute API command ${command.toLowerCase()} due to invalid value ${value.slice(0, 200)} for parameter ${name}`;
}

function tooLong(command: string, name: string): string {
  return `Unable to execute API command ${command.toLowerCase()} due to invalid value. Parameter ${name} is longer than ${LENGTH_MAX} characters`;
}
