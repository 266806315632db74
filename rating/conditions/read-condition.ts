import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { AppError } from "../../core/errors.ts";
import {
  type Comparison,
  type Expression,
  type Literal,
  type MapAttribute,
  mapAttributes,
  type Reference,
  type SizeAttribute,
  sizeAttributes,
  type TextAttribute,
  type TextTest,
  textAttributes,
} from "./expression.ts";

/** Sizes are below 2^63 (P9), so nothing above can be meant. */
const SIZE_LIMIT = 2n ** 63n;
const CONDITION_MAX = 16_384;
const LIST_MAX = 1000;

const language = new Environment({
  unlistedVariablesAreDyn: false,
  limits: { maxListElements: LIST_MAX, maxDepth: 100, maxAstNodes: 10_000 },
});
for (const name of textAttributes) language.registerVariable(name, "string");
for (const name of sizeAttributes) language.registerVariable(name, "int");
for (const name of mapAttributes) language.registerVariable(name, "map<string, string>");

const mirrored = { "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;
const textTests: readonly string[] = ["startsWith", "endsWith", "contains"] satisfies TextTest[];
const attributes = [...textAttributes, ...sizeAttributes, ...mapAttributes].join(", ");
const operators =
  '&& || ! == != < <= > >=, in with a list or a map, tags["key"], details["key"], startsWith, endsWith, contains';

/**
 * Reads a tariff's condition: CEL over the attributes of a record's shape, a closed list of operators. "" is every record: null.
 * What is not on the list is refused here, when the tariff is written, so that no rating run meets it.
 * @throws AppError invalid-request naming `field`, the line, column and piece of the text, and what was expected
 */
export function readCondition(text: string, field: string): Expression | null {
  if (text === "") return null;
  if (text.length > CONDITION_MAX)
    throw new AppError("invalid-request", `${field} has ${text.length} characters; expected ${CONDITION_MAX} at most`, {
      field,
    });
  const refuse: Refuse = ({ start, end }, why) => {
    const place = placeOf(text, { start, end });
    throw new AppError("invalid-request", `${field}: ${place}: ${why}`, { field });
  };
  const read = { refuse };
  try {
    const parsed = language.parse(text);
    const { error } = parsed.check();
    if (error !== undefined) refuse(rangeOf(error, text), explain(error));
    return toExpression(parsed.ast, read);
  } catch (error) {
    if (error instanceof AppError || !hasSummary(error)) throw error;
    return refuse(rangeOf(error, text), explain(error));
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}
type Refuse = (at: Range, why: string) => never;
interface Read {
  readonly refuse: Refuse;
}

function toExpression(node: ASTNode, read: Read): Expression {
  switch (node.op) {
    case "&&":
    case "||":
      return { op: node.op, sides: [toExpression(node.args[0], read), toExpression(node.args[1], read)] };
    case "!_":
      return { op: "!", of: toExpression(node.args, read) };
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return toComparison(node.op, node.args, read);
    case "in":
      return toMembership(node, read);
    case "rcall":
      return toTextTest(node, read);
    case "value":
    case "id":
    case "[]":
      return read.refuse(node, `this is not a question; expected a comparison, such as zone == "z1"`);
    default:
      return read.refuse(node, `"${wordOf(node)}" cannot be used in a condition; expected ${operators}`);
  }
}

function toComparison(op: Comparison, [left, right]: readonly [ASTNode, ASTNode], read: Read): Expression {
  const [one, other] = [literalOf(left, read), literalOf(right, read)];
  if (one !== null && other !== null)
    return read.refuse(
      { start: left.start, end: right.end },
      `this asks nothing of the record; expected one of ${attributes}`,
    );
  if (one !== null) return { op: mirrored[op], left: toReference(right, read), right: one };
  return { op, left: toReference(left, read), right: other ?? toReference(right, read) };
}

function toMembership(node: ASTNode & { op: "in" }, read: Read): Expression {
  const [left, right] = node.args;
  const key = literalOf(left, read);
  if (right.op === "id" && isMap(right.args)) {
    if (typeof key !== "string")
      return read.refuse(left, `expected a key as text, such as "cost-center" in ${right.args}`);
    return { op: "has", map: right.args, key };
  }
  if (right.op !== "list") return read.refuse(right, 'expected a list, such as ["z1", "z2"], or tags or details');
  if (key !== null) return read.refuse(left, `this asks nothing of the record; expected one of ${attributes}`);
  if (right.args.length === 0) return read.refuse(right, "an empty list matches nothing; expected one value at least");
  const list = right.args.map(
    (item) => literalOf(item, read) ?? read.refuse(item, 'expected a value as it is, such as "z1" or 10'),
  );
  return { op: "in", left: toReference(left, read), list };
}

function toTextTest(node: ASTNode & { op: "rcall" }, read: Read): Expression {
  const [name, receiver, args] = node.args;
  if (!isTextTest(name)) return read.refuse(node, `"${name}" cannot be used in a condition; expected ${operators}`);
  const [argument] = args;
  const text = argument === undefined ? null : literalOf(argument, read);
  if (typeof text !== "string")
    return read.refuse(argument ?? node, `expected a text as it is, such as ${name}("gpu-")`);
  return { op: name, left: toReference(receiver, read), text };
}

function toReference(node: ASTNode, read: Read): Reference {
  if (node.op === "id") {
    const name = node.args;
    if (isText(name)) return { kind: "text", name };
    if (isSize(name)) return { kind: "size", name };
    return read.refuse(node, `expected a key of it, such as ${name}["cost-center"]`);
  }
  if (node.op === "[]" && node.args[0].op === "id" && isMap(node.args[0].args)) {
    const key = literalOf(node.args[1], read);
    if (typeof key === "string") return { kind: "key", map: node.args[0].args, key };
    return read.refuse(node.args[1], 'expected a key as text, such as "cost-center"');
  }
  if (node.op === "." && node.args[0].op === "id" && isMap(node.args[0].args))
    return read.refuse(node, `write ${node.args[0].args}["${node.args[1]}"]`);
  return read.refuse(node, `expected one of ${attributes}, or a key of tags or details, such as tags["cost-center"]`);
}

/** A text or whole number as it stands; null for what is none. */
function literalOf(node: ASTNode, { refuse }: Read): Literal | null {
  if (node.op === "-_") return refuse(node, "sizes are never negative; expected a whole number from 0");
  if (node.op !== "value") return null;
  const value = node.args;
  if (typeof value === "string") return value;
  if (typeof value !== "bigint")
    return refuse(node, "expected a text or a whole number: sizes are whole bytes, tags and details are text");
  if (value >= SIZE_LIMIT) return refuse(node, "expected a whole number below 2^63");
  return value;
}

function isText(name: string): name is TextAttribute {
  return (textAttributes as readonly string[]).includes(name);
}

function isSize(name: string): name is SizeAttribute {
  return (sizeAttributes as readonly string[]).includes(name);
}

function isMap(name: string): name is MapAttribute {
  return (mapAttributes as readonly string[]).includes(name);
}

function isTextTest(name: string): name is TextTest {
  return textTests.includes(name);
}

function wordOf({ op, args }: ASTNode): string {
  if (op === "call") return args[0];
  return op === "." ? `.${args[1]}` : op.replace("_", "");
}

interface LanguageFault {
  readonly summary: string;
  readonly range?: Range;
}

/** The language's own faults carry a summary; anything else is ours. */
function hasSummary(error: unknown): error is LanguageFault {
  return error instanceof Error && "summary" in error && typeof error.summary === "string";
}

function rangeOf({ range }: { range?: Range }, text: string): Range {
  return range ?? { start: 0, end: text.length };
}

function explain({ summary }: { readonly summary: string }): string {
  if (summary.startsWith("Unknown variable")) return `${summary}; expected one of ${attributes}`;
  if (/\bdouble\b/.test(summary)) return `${summary}: sizes are whole bytes; expected a whole number`;
  return summary;
}

/** Line and column as an editor counts them, from 1, and the piece of text itself. */
function placeOf(text: string, { start, end }: Range): string {
  const before = text.slice(0, start).split("\n");
  const piece = text.slice(start, end) || text.slice(start, start + 1);
  const column = [...(before.at(-1) ?? "")].length + 1;
  const shown = piece.length > 80 ? `${piece.slice(0, 80)}…` : piece;
  return `line ${before.length}, column ${column}, at ${shown === "" ? "the end" : shown}`;
}
