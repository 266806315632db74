import { type Alternative, type Demand, subjectOf } from "./alternatives.ts";
import type { Atom, ConditionShape, Literal, Reference } from "./expression.ts";
import { findSize, findText, type Found } from "./find-value.ts";
import { answerAtom } from "./match-condition.ts";

/** Whether some record could match both of two conditions: proven by an example, proven never, or not told. */
export type Meeting =
  | { readonly meets: "never" }
  | { readonly meets: "yes"; readonly example: ConditionShape }
  | { readonly meets: "unknown" };

/** Pairs of ways looked at for one pair of conditions. */
const PAIRS_MAX = 20_000;
const never: Meeting = { meets: "never" };
const unknown: Meeting = { meets: "unknown" };
const emptyShape: ConditionShape = {
  project_id: "",
  zone: "",
  offering: "",
  template: "",
  resource_type: "",
  vm: "",
  size: null,
  virtual_size: null,
  tags: {},
  details: {},
};

/**
 * Whether two conditions can hold for one record. Each attribute is decided by itself: values that are named, ranges, beginnings, ends,
 * what must be missing. "yes" carries a record that matches both, so it is never wrong; "never" is only said when it is proven.
 */
export function conditionsMeet(one: readonly Alternative[] | null, other: readonly Alternative[] | null): Meeting {
  if (one === null || other === null || one.length * other.length > PAIRS_MAX) return unknown;
  let told: Meeting = never;
  for (const first of one) {
    for (const second of other) {
      const met = alternativesMeet(first, second);
      if (met.meets === "yes") return met;
      if (met.meets === "unknown") told = met;
    }
  }
  return told;
}

function alternativesMeet(one: Alternative, other: Alternative): Meeting {
  if (namedApart(one, other)) return never;
  const demands = [...one.demands, ...other.demands];
  const subjects = new Map<string, Reference>();
  for (const { atom } of demands)
    for (const reference of referencesOf(atom)) subjects.set(subjectOf(reference), reference);
  let shape = emptyShape;
  let told = true;
  for (const [subject, reference] of subjects) {
    const own = demands.filter(({ atom }) => referencesOf(atom).some((of) => subjectOf(of) === subject));
    const found = findFor(reference, own);
    if (found === "none") return never;
    if (found === "unknown") told = false;
    else if (found !== "missing") shape = withValue(shape, reference, found.value);
  }
  return told && meetsAll(demands, shape) ? { meets: "yes", example: shape } : unknown;
}

function namedApart(one: Alternative, other: Alternative): boolean {
  for (const [subject, values] of one.named) {
    const others = other.named.get(subject);
    if (others !== undefined && [...values].every((value) => !others.has(value))) return true;
  }
  return false;
}

/** A value for one attribute or key. Comparisons with another attribute are left out here; the example is held against them at the end. */
function findFor(reference: Reference, demands: readonly Demand[]): Found | "missing" {
  const mustMiss = demands.some(({ atom, holds }) => atom.op === "has" && !holds);
  const mustBe = demands.some(({ atom, holds }) => atom.op !== "has" || holds);
  if (mustMiss) return mustBe ? "none" : "missing";
  const own = demands.filter(({ atom }) => referencesOf(atom).length === 1);
  const meets = (value: Literal): boolean => meetsAll(own, withValue(emptyShape, reference, value));
  return reference.kind === "size" ? findSize(own, meets) : findText(own, meets);
}

function meetsAll(demands: readonly Demand[], shape: ConditionShape): boolean {
  return demands.every(({ atom, holds }) => answerAtom(atom, shape) === holds);
}

function referencesOf(atom: Atom): readonly Reference[] {
  if (atom.op === "has") return [{ kind: "key", map: atom.map, key: atom.key }];
  return "right" in atom && typeof atom.right === "object" ? [atom.left, atom.right] : [atom.left];
}

function withValue(shape: ConditionShape, reference: Reference, value: Literal): ConditionShape {
  if (reference.kind !== "key") return { ...shape, [reference.name]: value };
  const { map, key } = reference;
  // defined, not assigned: a key may be "__proto__"
  const entries = { ...shape[map] };
  Object.defineProperty(entries, key, { value: String(value), enumerable: true, configurable: true, writable: true });
  return { ...shape, [map]: entries };
}
