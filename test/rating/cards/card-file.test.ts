import fc from "fast-check";
import { expect, test } from "vitest";
import { formatCard, parseCard, type RateCard } from "../../../rating/index.ts";
import { AppError } from "../../../core/errors.ts";

/** Texts that YAML would rather read as something else. */
const text = fc.oneof(
  fc.constantFrom(
    "no",
    "yes",
    "on",
    "null",
    "~",
    "1e3",
    "0.10",
    "007",
    "0x1F",
    "2026-10-01",
    "true",
    "- a",
    "a: b",
    "#x",
    "",
    " x ",
    "'",
    "&a",
    "*a",
    "!x",
    "|",
    "12:30",
    "a\nb\n",
    "\t",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const rate = fc.constantFrom("0", "0.10", "12.000000000001", "1000");
const card: fc.Arbitrary<RateCard> = fc
  .array(fc.record({ name: text, condition: text, rate, unbounded: fc.boolean() }), { maxLength: 4 })
  .chain((of) => fc.record({ name: text, of: fc.constant(of) }))
  .map(({ name, of }) => ({
    rate_card_id: "card",
    version: 3,
    revision: 4,
    state: "active" as const,
    name,
    currency: "EUR",
    valid_from: "1970-01-01T00:00:00.000Z",
    valid_to: null,
    tariffs: of.map((tariff, index) => ({
      tariff_id: `t${index}`,
      name: tariff.name,
      usage_type: index + 1,
      component: "base",
      currency: "EUR",
      unit: "hour" as const,
      condition: tariff.condition,
      model: "graduated" as const,
      tiers: [
        { up_to: "730", rate: tariff.rate },
        { up_to: tariff.unbounded ? null : "800", rate: "1" },
      ],
      included: "0",
      pooled: tariff.unbounded,
      valid_from: "1970-01-01T00:00:00.000Z",
      valid_to: null,
    })),
    charges: of.map(({ name: said }, index) => ({
      charge_id: `c${index}`,
      name: said,
      kind: "discount_amount" as const,
      scope: "account" as const,
      currency: "EUR",
      valid_from: "1970-01-01T00:00:00.000Z",
      valid_to: null,
      amount: "1.50",
      components: ["base", "7"],
      usage_types: [1, 23],
    })),
    changed_at: "2026-10-01T00:00:00.000Z",
    changed_by: "test",
  }));

test("a card's file says what the card says, whatever its texts hold", () => {
  fc.assert(
    fc.property(card, (of) => {
      const { version: _version, revision: _revision, state: _state, changed_at: _at, changed_by: _by, ...said } = of;
      expect(parseCard(formatCard(of))).toEqual(said);
    }),
  );
});

test.each([
  ["a: 1\na: 2", "line 2"],
  ["a: [1", "line 1"],
  [`a: &a [x, x]\nb: &b [${"*a, ".repeat(60)}*a]\nc: [${"*b, ".repeat(60)}*b]`, "alias"],
])("what is no plain YAML is refused, with its place: %#", (file, words) => {
  expect(() => parseCard(file)).toThrow(AppError);
  expect(() => parseCard(file)).toThrow(words);
});
