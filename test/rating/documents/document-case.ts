import type { Shown } from "../../../rating/documents/lay-out.ts";
import type { StatementLine } from "../../../rating/statement-line.ts";
import type { Statement } from "../../../rating/statement.ts";

const address = { lines: ["Keizersgracht 1"], city: "Amsterdam", postal_code: "1015 CS", region: "", country: "NL" };

export const issuer: NonNullable<Statement["issuer"]> = {
  id: "main",
  legal_name: "Tally Cloud B.V.",
  address,
  vat_id: "NL123456789B01",
  registration: "12345678",
  email: "billing@tally.example",
  phone: "+31 20 555 0100",
  iban: "NL91ABNA0417164300",
  bic: "ABNANL2A",
  bank: "ABN AMRO",
  logo: "",
  e_address: null,
  series: "{year}-{number:6}",
  terms_days: 30,
  notes: "",
};

export const customer: NonNullable<Statement["customer"]> = {
  account_id: "acme",
  legal_name: "Acme GmbH",
  address: { ...address, city: "Berlin", postal_code: "10115", country: "DE" },
  vat_id: "DE123456789",
  email: "ap@acme.example",
  purchase_order: "PO-77",
  terms_days: null,
  language: "en",
  issuer_id: "main",
  tax: { rule: "standard", reason: "" },
  e_address: { endpoint: "DE123456789", scheme: "9930" },
};

/** A line with what a test says of it. */
export function lineOf(line: number, said: Partial<StatementLine> & { amount: string }): StatementLine {
  return {
    line,
    kind: "usage",
    account_id: "acme",
    usage_type: 1,
    tariff_id: "vm",
    component: "base",
    tier: 0,
    description: `Line ${line}`,
    quantity: "0.000000000",
    unit: "",
    base_quantity: "0",
    unit_price: null,
    exact_amount: said.amount,
    rounding: "0",
    charge: null,
    adjusts: null,
    tax_rate_id: "rate",
    ...said,
  };
}

/** A final statement for October 2026 with what a test says of it. */
export function documentOf(said: Partial<Statement>): Statement {
  return {
    id: "st_202610_f2c9d1b04a6e8357910d2c3b4a5f6e70",
    number: "2026-000042",
    kind: "statement",
    payer_account_id: "acme",
    period: "2026-10",
    currency: "EUR",
    state: "final",
    issued_on: "2026-11-02",
    paid: "0.00",
    open: "0.00",
    due_on: "2026-12-02",
    reverses: null,
    replaces: null,
    void_by: null,
    written_off: null,
    overrides: [],
    issuer,
    customer,
    lines: [],
    net: "0.00",
    taxes: [],
    total: "0.00",
    credits_applied: "0.00",
    credits: [],
    payable: "0.00",
    notes: [],
    ...said,
  };
}

/** Labels as they are: quantities and units of the line itself. */
export const shown: Shown = {
  names: new Map([["acme", "Acme"]]),
  documents: new Map(),
  read: ({ quantity, unit, unit_price }) =>
    unit === "" ? { quantity: "", unit: "", price: "" } : { quantity, unit, price: unit_price },
};

/** A golden case: a statement with its sums by hand. */
export interface DocumentCase {
  readonly name: string;
  readonly language: string;
  readonly currency: string;
  readonly tax: { readonly name: string; readonly category: "S"; readonly rate: string };
  readonly lines: (Partial<StatementLine> & { amount: string })[];
  readonly net: string;
  readonly taxed: string;
  readonly total: string;
  readonly credits: string;
  readonly payable: string;
  readonly shows: readonly string[];
  readonly ubl?: { readonly lines: string; readonly allowances: string; readonly prepaid: string };
  readonly ubl_refused?: string;
}

/** The statement of a golden case. */
export function documentOfCase({ language, currency, tax, lines, net, taxed, total, credits, payable }: DocumentCase) {
  return documentOf({
    currency,
    customer: { ...customer, language },
    lines: lines.map((line, index) => lineOf(index + 1, line)),
    net,
    taxes: [{ tax_rate_id: "rate", period: "2026-10", reason: "", net, amount: taxed, ...tax }],
    total,
    credits_applied: credits,
    payable,
  });
}
