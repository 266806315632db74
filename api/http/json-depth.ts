import type { FastifyInstance } from "fastify";
import { AppError } from "../../core/errors.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const opens = new Set([91, 123]);
const closes = new Set([93, 125]);

/** How deep objects and lists of a JSON text lie inside each other; it is counted, not parsed, so that no depth costs a stack. */
function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (opens.has(code)) deepest = Math.max(deepest, (depth += 1));
    else if (closes.has(code)) depth -= 1;
  }
  return deepest;
}

/** @throws AppError unreadable-body where a JSON text nests deeper than `most` */
function requireShallow(text: string, most: number): void {
  if (jsonDepth(text) <= most) return;
  throw new AppError("unreadable-body", `the body nests deeper than ${most} levels, the limit here`, { field: "body" });
}

/** JSON bodies as Fastify reads them, prototypes refused, but no deeper than `most`. */
export function readShallowJson(app: FastifyInstance, most: number): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = body.toString();
    try {
      requireShallow(text, most);
    } catch (error) {
      done(error as Error);
      return;
    }
    void parse(request, text, done);
  });
}
