import { Dec, formatFixed } from "../../../core/decimal.ts";
import type { Statement } from "../../../rating/statement.ts";
import { customer, documentOf, lineOf } from "./document-case.ts";

const negated = (text: string): string => formatFixed(new Dec(text).negated(), 2);
const lines = [
  lineOf(1, { quantity: "100", unit: "hour", unit_price: "0.25", amount: "25.00", description: "VM" }),
  lineOf(2, { quantity: "3", unit: "gib_month", unit_price: "0.333", amount: "1.00" }),
  lineOf(3, {
    kind: "adjustment",
    adjusts: { period: "2026-09", statement_id: "st_x", line: 1, kind: "usage" },
    quantity: "-4",
    unit: "hour",
    unit_price: "0.25",
    amount: "-1.00",
  }),
  lineOf(4, { kind: "discount_percent", description: "Ten percent off", amount: "-2.50" }),
  lineOf(5, { kind: "minimum", description: "Up to the minimum", amount: "7.50" }),
];

/** 25.00 + 1.00 - 1.00 - 2.50 + 7.50 = 30.00; 21 % of 31.00 = 6.51, of September's -1.00 = -0.21; 36.30, of which 6.30 by credit. */
const mixed = documentOf({
  lines,
  net: "30.00",
  taxes: [
    {
      tax_rate_id: "rate",
      name: "BTW",
      reason: "",
      category: "S",
      rate: "21",
      net: "31.00",
      amount: "6.51",
      period: "2026-10",
    },
    {
      tax_rate_id: "rate",
      name: "BTW",
      reason: "",
      category: "S",
      rate: "21",
      net: "-1.00",
      amount: "-0.21",
      period: "2026-09",
    },
  ],
  total: "36.30",
  credits_applied: "6.30",
  payable: "30.00",
});
const untaxed = { ...mixed, taxes: [], total: "30.00", payable: "23.70" };
const ruled = (rule: "exempt" | "reverse_charge" | "outside"): Statement => ({
  ...untaxed,
  customer: { ...customer, tax: { rule, reason: "" } },
});

/** Documents of every kind there is, which validators are given too. */
export const samples = {
  mixed,
  by_mail: { ...mixed, customer: { ...customer, e_address: null } },
  credit_note: {
    ...mixed,
    kind: "credit_note" as const,
    number: "2026-000043",
    reverses: "st_0",
    lines: lines.map((line) => ({
      ...line,
      quantity: new Dec(line.quantity).negated().toFixed(),
      amount: negated(line.amount),
    })),
    taxes: mixed.taxes.map((tax) => ({ ...tax, net: negated(tax.net), amount: negated(tax.amount) })),
    net: "-30.00",
    total: "-36.30",
    credits_applied: "-6.30",
    payable: "-30.00",
  },
  exempt: ruled("exempt"),
  reverse_charge: ruled("reverse_charge"),
  outside: ruled("outside"),
  zero_rated: {
    ...untaxed,
    taxes: [
      {
        tax_rate_id: "rate",
        name: "Zero",
        reason: "",
        category: "Z" as const,
        rate: "0",
        net: "30.00",
        amount: "0.00",
        period: "2026-10",
      },
    ],
  },
} satisfies Record<string, Statement>;
