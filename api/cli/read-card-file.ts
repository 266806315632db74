import { readFileSync } from "node:fs";
import { AppError } from "../../core/errors.ts";
import { parseCard } from "../../rating/index.ts";

/** What a card file says, unchecked: the server reads it like any body. `-` = standard input. @throws AppError invalid-request, unreadable-body */
export function readCardFile(file: string): { readonly rate_card_id?: unknown; readonly state?: unknown } {
  return readObjectFile(file);
}

/** What a file of JSON or YAML says of one thing, unchecked. @throws AppError invalid-request, unreadable-body */
export function readObjectFile(file: string): Readonly<Record<string, unknown>> {
  const content = parseCard(read(file));
  return { ...(typeof content === "object" && content !== null ? content : {}) };
}

function read(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new AppError("invalid-request", `${file} cannot be read`, { field: "file", cause: error });
  }
}
