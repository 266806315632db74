import fc from "fast-check";

/** What may happen in a life of a month's money; `of` and `month` are places in its accounts or payers and its months. */
export type Deed =
  | { readonly do: "use"; readonly of: number; readonly day: number; readonly hours: number }
  | { readonly do: "rate"; readonly month: number; readonly dies: boolean }
  | { readonly do: "close"; readonly of: number }
  | { readonly do: "issue"; readonly month: number; readonly of: number; readonly tax: string; readonly dies: boolean }
  | { readonly do: "take-back" | "issue-again"; readonly of: number }
  | {
      readonly do: "grant";
      readonly of: number;
      readonly coins: number;
      readonly day: number;
      readonly days: number;
      readonly bought: boolean;
    }
  | { readonly do: "end" | "move" | "expire" }
  | { readonly do: "pay" | "refund"; readonly of: number; readonly coins: number };

const of = fc.integer({ min: 0, max: 1 });
const month = fc.integer({ min: 0, max: 1 });
const coins = fc.integer({ min: 1, max: 20_000 });
const day = fc.integer({ min: 0, max: 40 });
const dies = fc.integer({ min: 0, max: 4 }).map((n) => n === 0);
const tax = fc.constantFrom("0", "19", "8.875");
export const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("use" as const),
      of: fc.integer({ min: 0, max: 2 }),
      day,
      hours: fc.integer({ min: 1, max: 24 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("rate" as const), month, dies }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("close" as const), of }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("issue" as const), month, of, tax, dies }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("take-back" as const, "issue-again" as const), of }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("grant" as const),
      of,
      coins,
      day,
      days: fc.integer({ min: 1, max: 60 }),
      bought: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("end" as const, "move" as const, "expire" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("pay" as const, "refund" as const), of, coins }) },
);

/** What every life begins with: two payers who have used, been granted, paid and been billed something. */
export const opening: readonly Deed[] = [
  { do: "use", of: 0, day: 3, hours: 20 },
  { do: "use", of: 1, day: 20, hours: 24 },
  { do: "use", of: 2, day: 21, hours: 13 },
  { do: "grant", of: 0, coins: 90_000, day: 0, days: 4, bought: false },
  { do: "grant", of: 1, coins: 2, day: 10, days: 9, bought: false },
  { do: "grant", of: 1, coins: 5_000, day: 60, days: 1, bought: true },
  { do: "rate", month: 0, dies: false },
  { do: "pay", of: 0, coins: 300 },
  { do: "refund", of: 0, coins: 100 },
  { do: "issue", month: 0, of: 0, tax: "8.875", dies: false },
  { do: "issue", month: 0, of: 1, tax: "19", dies: false },
];
/** And ends with. */
export const ending: readonly Deed[] = [
  { do: "pay", of: 0, coins: 20_000 },
  { do: "take-back", of: 0 },
  { do: "issue-again", of: 0 },
  { do: "expire" },
  { do: "end" },
  { do: "end" },
];
