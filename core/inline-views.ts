import { readdirSync, readFileSync } from "node:fs";
import { assert } from "./errors.ts";

const folder = new URL("../sql/views/", import.meta.url);

/** The views of sql/views by name, as the text of their SELECT. */
const views: ReadonlyMap<string, string> = readViews();

/**
 * A statement with the views it reads written out in their place, comments left away. It means the same, and the engine plans
 * it in half the time: a view that takes parameters is planned once for its columns and once for its rows, and so is
 * each that it reads itself, so that three levels cost eight times one.
 * @throws at load when a view is not given a parameter it takes.
 */
export function inlineViews(sql: string): string {
  return inlined(withoutComments(sql));
}

function inlined(sql: string): string {
  const reading = /\b(FROM|JOIN)\s+(\w+)\b(\()?/g;
  let text = "";
  let done = 0;
  for (let found = reading.exec(sql); found !== null; found = reading.exec(sql)) {
    const [, clause = "", name = "", opens] = found;
    const body = views.get(name);
    if (body === undefined) continue;
    const { args, end } =
      opens === undefined ? { args: new Map(), end: reading.lastIndex } : readArguments(sql, reading.lastIndex);
    const alias = /^\s+AS\s/.test(sql.slice(end)) ? "" : ` AS ${name}`;
    text += `${sql.slice(done, found.index)}${clause} (${inlined(bind(name, body, args))})${alias}`;
    done = reading.lastIndex = end;
  }
  return text + sql.slice(done);
}

/** Puts what a view is given in the place of what it takes; what is no parameter of the same type is made one of it. */
function bind(view: string, body: string, args: ReadonlyMap<string, string>): string {
  return body.replaceAll(/\{(\w+):([^}]*)\}/g, (parameter, name: string, type: string) => {
    const given = args.get(name);
    assert(given !== undefined, `view ${view} is given ${name}`);
    const isSame = given.startsWith("{") && given.endsWith(`:${type}}`) && given.indexOf("}") === given.length - 1;
    return given === parameter || isSame ? given : `CAST(${given}, '${type}')`;
  });
}

/** The arguments `name = value, …` from `start` on, and where the text goes on behind their parenthesis. */
function readArguments(sql: string, start: number): { args: Map<string, string>; end: number } {
  const args = new Map<string, string>();
  let depth = 1;
  let from = start;
  let end = start;
  for (; depth > 0; end += 1) {
    const letter = sql[end] ?? ")";
    if ("([{".includes(letter)) depth += 1;
    if (")]}".includes(letter)) depth -= 1;
    if (depth > 1 || (depth === 1 && letter !== ",")) continue;
    const [name = "", ...value] = sql.slice(from, end).split("=");
    args.set(name.trim(), value.join("=").trim());
    from = end + 1;
  }
  return { args, end };
}

function readViews(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    const text = withoutComments(readFileSync(new URL(file, folder), "utf8"));
    for (const [, name = "", body = ""] of text.matchAll(/^CREATE OR REPLACE VIEW (\w+) AS\n([^;]*);/gm)) {
      assert(!found.has(name), `there is one view ${name}`);
      found.set(name, body.trim());
    }
  }
  return found;
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/^\s*--.*$\n?/gm, "");
}
