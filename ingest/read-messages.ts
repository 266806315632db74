import type { Message } from "./check-message.ts";
import { parseJson } from "./parse-json.ts";

/** The messages of NDJSON: one per line that is not blank; a line that is not JSON is a message without a value. */
export function readLines(text: string): Message[] {
  const messages: Message[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() !== "") messages.push({ value: parseJson(line), raw: () => line });
  }
  return messages;
}

/** The messages of a JSON body: each item of a list, or the value itself. @throws SyntaxError when it is not JSON */
export function readBody(body: string): Message[] {
  const value: unknown = JSON.parse(body);
  if (!Array.isArray(value)) return [{ value, raw: () => body }];
  return value.map((item: unknown) => ({ value: item, raw: () => toText(item) ?? body }));
}

/** Null for what is nested too deeply to be written again: its whole body is kept instead. */
function toText(item: unknown): string | null {
  try {
    return JSON.stringify(item);
  } catch {
    return null;
  }
}
