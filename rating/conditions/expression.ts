/** What a condition may ask for by name: the columns of table `shape`, by what they hold. */
export const textAttributes = ["project_id", "zone", "offering", "template", "resource_type", "vm"] as const;
/** Bytes; −1 in the store = not given. */
export const sizeAttributes = ["size", "virtual_size"] as const;
export const mapAttributes = ["tags", "details"] as const;

export type TextAttribute = (typeof textAttributes)[number];
export type SizeAttribute = (typeof sizeAttributes)[number];
export type MapAttribute = (typeof mapAttributes)[number];

/** What a comparison reads of a record: a column, or what stands under a key of a map. Sizes and keys may be missing. */
export type Reference =
  | { readonly kind: "text"; readonly name: TextAttribute }
  | { readonly kind: "size"; readonly name: SizeAttribute }
  | { readonly kind: "key"; readonly map: MapAttribute; readonly key: string };

export type Literal = string | bigint;
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type TextTest = "startsWith" | "endsWith" | "contains";

/** One question about a record. A literal always stands right: `3 < size` is kept as `size > 3`. */
export type Atom =
  | { readonly op: Comparison; readonly left: Reference; readonly right: Literal | Reference }
  | { readonly op: "in"; readonly left: Reference; readonly list: readonly Literal[] }
  | { readonly op: TextTest; readonly left: Reference; readonly text: string }
  | { readonly op: "has"; readonly map: MapAttribute; readonly key: string };

/**
 * A condition that has been read. Its meaning is three-valued, as SQL's is: a question about a missing tag, detail or size has no
 * answer, in every operator; `!` of no answer is none; `&&` and `||` go by the side that decides. Only `"k" in tags` always has one.
 * A record matches when the answer is yes, so what is missing never matches unless it is asked for by `in`.
 */
export type Expression =
  | Atom
  | { readonly op: "&&" | "||"; readonly sides: readonly [Expression, Expression] }
  | { readonly op: "!"; readonly of: Expression };

/** What a condition is held against: the shape of a usage record. Absent sizes are null. */
export interface ConditionShape extends Readonly<Record<TextAttribute, string>> {
  readonly size: bigint | null;
  readonly virtual_size: bigint | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly details: Readonly<Record<string, string>>;
}
