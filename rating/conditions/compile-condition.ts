import type { Atom, Expression, Literal, Reference } from "./expression.ts";

/** A condition as SQL over the columns of table `shape`: 1 for what matches, 0 for all else; every value is a parameter. */
export interface CompiledCondition {
  readonly sql: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
}

/**
 * The SQL of a condition. `prefix` begins the names of its parameters, so that several conditions fit into one statement.
 * What is missing is NULL, and SQL's own three values are the meaning `Expression` states; only a plain yes matches.
 */
export function compileCondition(condition: Expression | null, prefix = "p"): CompiledCondition {
  const params: Record<string, ParameterValue> = {};
  const bind: Bind = (value, type) => {
    const name = `${prefix}_${Object.keys(params).length}`;
    params[name] = value;
    return `{${name}:${type}}`;
  };
  if (condition === null) return { sql: "1", params };
  const sql = `ifNull(${compile(condition, bind)}, 0)`;
  return { sql, params };
}

type ParameterValue = string | readonly Literal[];
type Bind = (value: ParameterValue, type: string) => string;

const sqlOperators = { "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=" } as const;

function compile(expression: Expression, bind: Bind): string {
  switch (expression.op) {
    case "!":
      return `(NOT ${compile(expression.of, bind)})`;
    case "&&":
    case "||": {
      const [one, other] = expression.sides;
      return `(${compile(one, bind)} ${expression.op === "&&" ? "AND" : "OR"} ${compile(other, bind)})`;
    }
    default:
      return compileAtom(expression, bind);
  }
}

function compileAtom(atom: Atom, bind: Bind): string {
  if (atom.op === "has") return `JSONHas(${atom.map}, ${bind(atom.key, "String")})`;
  const left = column(atom.left, bind);
  switch (atom.op) {
    case "in": {
      const type = atom.left.kind === "size" ? "Array(Int64)" : "Array(String)";
      return `(${left} IN ${bind(atom.list, type)})`;
    }
    case "startsWith":
    case "endsWith":
      return `${atom.op}(${left}, ${bind(atom.text, "String")})`;
    case "contains":
      return `(position(${left}, ${bind(atom.text, "String")}) > 0)`;
    default: {
      const right = typeof atom.right === "object" ? column(atom.right, bind) : literal(atom.right, bind);
      return `(${left} ${sqlOperators[atom.op]} ${right})`;
    }
  }
}

function column(reference: Reference, bind: Bind): string {
  if (reference.kind === "text") return `toString(${reference.name})`;
  if (reference.kind === "size") return `nullIf(${reference.name}, -1)`;
  return `JSONExtract(${reference.map}, ${bind(reference.key, "String")}, 'Nullable(String)')`;
}

function literal(value: Literal, bind: Bind): string {
  return bind(String(value), typeof value === "bigint" ? "Int64" : "String");
}
