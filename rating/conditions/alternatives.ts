import type { Atom, Expression, Literal, Reference } from "./expression.ts";

/** A question and the answer it must have; a missing answer is neither. */
export interface Demand {
  readonly atom: Atom;
  readonly holds: boolean;
}

/** One way for a condition to be met: all its demands at once. */
export interface Alternative {
  readonly demands: readonly Demand[];
  /** Of what may only have one of a few values, those: most tariffs name what they price, so most pairs are told apart by this alone. */
  readonly named: ReadonlyMap<string, ReadonlySet<Literal>>;
}

/** Beyond so many ways a condition is not taken apart. */
const ALTERNATIVES_MAX = 500;

/** All ways for a condition to be met, or null when there are too many to look at; null, every record, has one way without demands. */
export function alternativesOf(condition: Expression | null): readonly Alternative[] | null {
  if (condition === null) return [{ demands: [], named: new Map() }];
  const ways = waysOf(condition, true);
  return ways?.map((demands) => ({ demands, named: namedValues(demands) })) ?? null;
}

/** The same text for the same attribute or key. */
export function subjectOf(reference: Reference): string {
  return reference.kind === "key" ? `${reference.map} ${reference.key}` : reference.name;
}

/** The values to which a demand holds what it asks about, if it does. */
export function valuesOf({ atom, holds }: Demand): readonly Literal[] | null {
  if (atom.op === "in") return holds ? atom.list : null;
  if (atom.op !== "==" && atom.op !== "!=") return null;
  return typeof atom.right === "object" || holds !== (atom.op === "==") ? null : [atom.right];
}

// `!` turns the answer asked for; no answer stays none, so a negated question still demands that what it asks about is there.
function waysOf(expression: Expression, holds: boolean): Demand[][] | null {
  switch (expression.op) {
    case "!":
      return waysOf(expression.of, !holds);
    case "&&":
    case "||": {
      const [one, other] = expression.sides.map((side) => waysOf(side, holds));
      if (one === null || other === null || one === undefined || other === undefined) return null;
      const both = (expression.op === "&&") === holds;
      const count = both ? one.length * other.length : one.length + other.length;
      if (count > ALTERNATIVES_MAX) return null;
      return both ? one.flatMap((first) => other.map((second) => [...first, ...second])) : [...one, ...other];
    }
    default:
      return [[{ atom: expression, holds }]];
  }
}

function namedValues(demands: readonly Demand[]): Map<string, ReadonlySet<Literal>> {
  const named = new Map<string, ReadonlySet<Literal>>();
  for (const demand of demands) {
    const values = valuesOf(demand);
    if (values === null || demand.atom.op === "has") continue;
    const subject = subjectOf(demand.atom.left);
    const known = named.get(subject);
    named.set(subject, new Set(known === undefined ? values : values.filter((value) => known.has(value))));
  }
  return named;
}
