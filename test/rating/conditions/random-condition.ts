import fc from "fast-check";
import type { ConditionShape } from "../../../rating/conditions/expression.ts";

/** Few values, so that what is asked for is often there; and those that break what is quoted, escaped or ordered carelessly. */
const texts = [
  "",
  "a",
  "b",
  "ab",
  "ba",
  "abc",
  "z1",
  "Z",
  "'",
  '"',
  "\\",
  "\\n",
  "\t\n",
  "$&",
  "{p_0:String}",
  "é",
  "\uffff",
  "😀",
  "\0x",
  "10",
  "9",
];
const keys = ["a", "k", "", "cost-center", "it's", '"', "😀", "1", "__proto__"];
const sizes = [0n, 1n, 9n, 10n, 2n ** 53n + 1n, 2n ** 63n - 1n];

const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 5 }) },
);
const size = fc.oneof(fc.constantFrom(...sizes), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }));
const key = fc.constantFrom(...keys);
const map = fc.dictionary(key, text, { maxKeys: 3 }).map((entries) => ({ ...entries }));

/** A text as the language writes it: JSON's escapes are among its own. */
const quoted = (value: string): string => JSON.stringify(value);

const textReference = fc.oneof(
  fc.constantFrom("project_id", "zone", "offering", "template", "resource_type", "vm"),
  fc.tuple(fc.constantFrom("tags", "details"), key).map(([name, of]) => `${name}[${quoted(of)}]`),
);
const sizeReference = fc.constantFrom("size", "virtual_size");
const comparison = fc.constantFrom("==", "!=", "<", "<=", ">", ">=");
const textLiteral = text.map(quoted);
const sizeLiteral = size.map(String);

const atom = fc.oneof(
  fc.tuple(textReference, comparison, textLiteral).map((parts) => parts.join(" ")),
  fc.tuple(textLiteral, comparison, textReference).map((parts) => parts.join(" ")),
  fc.tuple(textReference, comparison, textReference).map((parts) => parts.join(" ")),
  fc.tuple(sizeReference, comparison, sizeLiteral).map((parts) => parts.join(" ")),
  fc.tuple(sizeReference, comparison, sizeReference).map((parts) => parts.join(" ")),
  fc
    .tuple(textReference, fc.array(textLiteral, { minLength: 1, maxLength: 4 }))
    .map(([of, list]) => `${of} in [${list.join(", ")}]`),
  fc
    .tuple(sizeReference, fc.array(sizeLiteral, { minLength: 1, maxLength: 4 }))
    .map(([of, list]) => `${of} in [${list.join(", ")}]`),
  fc.tuple(fc.constantFrom("tags", "details"), key).map(([of, asked]) => `${quoted(asked)} in ${of}`),
  fc
    .tuple(textReference, fc.constantFrom("startsWith", "endsWith", "contains"), textLiteral)
    .map(([of, name, argument]) => `${of}.${name}(${argument})`),
);

/** Any condition the language can say, up to a few levels deep. */
export const condition: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    tie("any").map((of) => `!(${of})`),
    fc
      .tuple(tie("any"), fc.constantFrom("&&", "||"), tie("any"))
      .map(([one, op, other]) => `(${one}) ${op} (${other})`),
  ),
})).any;

/** Any shape a record can have; sizes and keys are often missing. */
export const shape: fc.Arbitrary<ConditionShape> = fc.record({
  project_id: text,
  zone: text,
  offering: text,
  template: text,
  resource_type: text,
  vm: text,
  size: fc.option(size),
  virtual_size: fc.option(size),
  tags: map,
  details: map,
});
