import { expect, test } from "vitest";
import { readableQuantity } from "../../api/line-units.ts";
import { createRegistry } from "../../core/registry.ts";
import type { StatementLine } from "../../rating/index.ts";

const line: Omit<StatementLine, "tax_rate_id"> = {
  line: 1,
  kind: "usage",
  account_id: "acme-id",
  usage_type: 1,
  tariff_id: "t",
  component: "base",
  tier: 0,
  description: "t",
  quantity: "2.500000000",
  unit: "hour",
  base_quantity: "9000000",
  unit_price: "1",
  exact_amount: "2.500000000",
  amount: "2.50",
  rounding: "0.000000000",
  charge: null,
  adjusts: null,
};

test.each([
  [1, "hour", "hours"],
  [1, "month", "months"],
  [6, "gib_hour", "GiB hours"],
  [6, "gib_month", "GiB months"],
  [4, "gib", "GiB"],
  [21, "each", "requests"],
  [21, "thousand", "thousand requests"],
  [21, "million", "million requests"],
  [1003, "unit_hour", "session hours"],
])("a line of usage type %i priced by the unit %s is read in %s", (usage_type, unit, words) => {
  const read = readableQuantity({ ...line, usage_type, unit }, createRegistry().list());
  expect(read).toEqual({ quantity: "2.5", unit: words });
});

test.each([
  [1, "9000000", "2.5", "hours"],
  [4, "1610612736", "1.5", "GiB"],
  [21, "7", "7", "requests"],
  [1003, "1800000", "0.5", "session hours"],
])(
  "a line of usage type %i without a price is read as its usage type is shown",
  (usage_type, base_quantity, quantity, unit) => {
    const unrated: typeof line = { ...line, kind: "unrated", usage_type, base_quantity };
    expect(readableQuantity(unrated, createRegistry().list())).toEqual({ quantity, unit });
  },
);
