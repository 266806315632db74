import { type Demand, valuesOf } from "./alternatives.ts";
import type { Literal } from "./expression.ts";
import { compareValues } from "./match-condition.ts";

/** A value that meets all demands on one attribute; "none" is proven, "unknown" is not. */
export type Found = { readonly value: Literal } | "none" | "unknown";

/** Whether one value meets all demands on its attribute. */
export type Meets = (value: Literal) => boolean;

const SIZE_MAX = 2n ** 63n - 1n;

/** A size that meets the demands: whole numbers, so this is always decided. */
export function findSize(demands: readonly Demand[], meets: Meets): Found {
  const named = namedBy(demands, meets);
  if (named !== null) return named;
  const { lower, upper } = boundsOf(demands);
  const from = lower === null ? 0n : BigInt(lower.value) + (lower.inclusive ? 0n : 1n);
  const to = upper === null ? SIZE_MAX : BigInt(upper.value) - (upper.inclusive ? 0n : 1n);
  // beyond the range each demand shuts out only the values it names
  const shutOut = demands.reduce((sum, { atom }) => sum + (atom.op === "in" ? atom.list.length : 1), 0);
  for (let value = from; value <= to && value <= from + BigInt(shutOut); value += 1n)
    if (meets(value)) return { value };
  return "none";
}

/** A text that meets the demands, by values that are named, ranges, beginnings, ends and pieces. */
export function findText(demands: readonly Demand[], meets: Meets): Found {
  const named = namedBy(demands, meets);
  if (named !== null) return named;
  const { lower, upper } = boundsOf(demands);
  const start = longest(textsOf(demands, "startsWith", true));
  const end = longest(textsOf(demands, "endsWith", true));
  const pieces = textsOf(demands, "contains", true);
  if (contradicts({ demands, start, end, pieces }) || outOfRange({ lower, upper, start })) return "none";
  for (const candidate of candidates({ start, end, pieces, lower, demands }))
    if (meets(candidate)) return { value: candidate };
  return "unknown";
}

function namedBy(demands: readonly Demand[], meets: Meets): Found | null {
  for (const demand of demands) {
    const values = valuesOf(demand);
    if (values === null) continue;
    const value = values.find(meets);
    return value === undefined ? "none" : { value };
  }
  return null;
}

interface Bound {
  readonly value: Literal;
  readonly inclusive: boolean;
}
interface Bounds {
  readonly lower: Bound | null;
  readonly upper: Bound | null;
}

const turned = { "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;

function boundsOf(demands: readonly Demand[]): Bounds {
  let lower: Bound | null = null;
  let upper: Bound | null = null;
  for (const { atom, holds } of demands) {
    if (atom.op !== "<" && atom.op !== "<=" && atom.op !== ">" && atom.op !== ">=") continue;
    if (typeof atom.right === "object") continue;
    const op = holds ? atom.op : turned[atom.op];
    const bound = { value: atom.right, inclusive: op === "<=" || op === ">=" };
    if (op === ">" || op === ">=") lower = lower === null || narrower(bound, lower, 1) ? bound : lower;
    else upper = upper === null || narrower(bound, upper, -1) ? bound : upper;
  }
  return { lower, upper };
}

function narrower(bound: Bound, known: Bound, direction: 1 | -1): boolean {
  const order = compareValues(bound.value, known.value) * direction;
  return order > 0 || (order === 0 && !bound.inclusive);
}

function textsOf(demands: readonly Demand[], op: "startsWith" | "endsWith" | "contains", wanted: boolean): string[] {
  return demands.flatMap(({ atom, holds }) => (atom.op === op && holds === wanted ? [atom.text] : []));
}

function longest(texts: readonly string[]): string {
  return texts.reduce((most, text) => (text.length > most.length ? text : most), "");
}

interface Wanted {
  readonly demands: readonly Demand[];
  readonly start: string;
  readonly end: string;
  readonly pieces: readonly string[];
}

/** Beginnings that are not each other's, ends likewise, or a piece that is both there and not. */
function contradicts({ demands, start, end, pieces }: Wanted): boolean {
  const all = [start, end, ...pieces];
  return (
    textsOf(demands, "startsWith", true).some((text) => !start.startsWith(text)) ||
    textsOf(demands, "endsWith", true).some((text) => !end.endsWith(text)) ||
    textsOf(demands, "startsWith", false).some((text) => start.startsWith(text)) ||
    textsOf(demands, "endsWith", false).some((text) => end.endsWith(text)) ||
    textsOf(demands, "contains", false).some((text) => all.some((piece) => piece.includes(text)))
  );
}

/** Texts with a beginning lie between it and whatever sorts above all that begin with it. */
function outOfRange({ lower, upper, start }: Bounds & { readonly start: string }): boolean {
  if (upper !== null) {
    const order = compareValues(upper.value, start);
    if (order < 0 || (order === 0 && !upper.inclusive)) return true;
  }
  if (lower === null) return false;
  if (compareValues(lower.value, start) > 0 && !String(lower.value).startsWith(start)) return true;
  if (upper === null) return false;
  const order = compareValues(lower.value, upper.value);
  return order > 0 || (order === 0 && !(lower.inclusive && upper.inclusive));
}

/** Texts worth a try: what was asked for in a row, from the lower bound on, apart by as many fillings as could be shut out one by one. */
function* candidates({
  start,
  end,
  pieces,
  lower,
  demands,
}: Wanted & { readonly lower: Bound | null }): Generator<string> {
  const middle = pieces.join("");
  const starts = lower === null ? [start] : [start, String(lower.value)];
  const shutOut = demands.reduce((sum, { atom }) => sum + (atom.op === "in" ? atom.list.length : 1), 0);
  for (const from of starts) {
    yield from;
    if (end !== "" && from.endsWith(end)) yield from + middle;
    for (let filling = 0; filling <= shutOut; filling += 1) {
      const text = filling === 0 ? "" : `-${filling}-`;
      yield from + text + middle + end;
    }
  }
}
