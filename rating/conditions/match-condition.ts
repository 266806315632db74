import type { Atom, Comparison, ConditionShape, Expression, Literal, Reference } from "./expression.ts";

/** Whether one record matches, as the statement of `compileCondition` decides for all; null matches every record. */
export function matchCondition(condition: Expression | null, shape: ConditionShape): boolean {
  return condition === null || answer(condition, shape) === true;
}

/** true, false, or null: no answer, because something asked for is missing. */
function answer(expression: Expression, shape: ConditionShape): boolean | null {
  switch (expression.op) {
    case "!": {
      const of = answer(expression.of, shape);
      return of === null ? null : !of;
    }
    case "&&":
    case "||": {
      const decides = expression.op === "||";
      const [one, other] = expression.sides.map((side) => answer(side, shape));
      if (one === decides || other === decides) return decides;
      return one === null || other === null ? null : !decides;
    }
    default:
      return answerAtom(expression, shape);
  }
}

/** What one question comes to for a record; null where what it asks for is missing. */
export function answerAtom(atom: Atom, shape: ConditionShape): boolean | null {
  if (atom.op === "has") return Object.hasOwn(shape[atom.map], atom.key);
  const left = valueOf(atom.left, shape);
  if (left === null) return null;
  switch (atom.op) {
    case "in":
      return atom.list.includes(left);
    case "startsWith":
      return String(left).startsWith(atom.text);
    case "endsWith":
      return String(left).endsWith(atom.text);
    case "contains":
      return String(left).includes(atom.text);
    default: {
      const right = typeof atom.right === "object" ? valueOf(atom.right, shape) : atom.right;
      return right === null ? null : holds(atom.op, compareValues(left, right));
    }
  }
}

function valueOf(reference: Reference, shape: ConditionShape): Literal | null {
  if (reference.kind !== "key") return shape[reference.name];
  const map = shape[reference.map];
  return Object.hasOwn(map, reference.key) ? (map[reference.key] ?? null) : null;
}

/** Numbers by value, texts by their UTF-8 bytes, as the engine does: JavaScript's own order differs above U+FFFF. */
export function compareValues(left: Literal, right: Literal): number {
  if (typeof left === "bigint" && typeof right === "bigint") return left < right ? -1 : Number(left > right);
  return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
}

function holds(op: Comparison, order: number): boolean {
  switch (op) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}
