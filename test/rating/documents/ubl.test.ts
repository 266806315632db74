// E-invoices: UBL 2.1 by EN 16931, held to its structure, code lists and sums.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Dec, formatFixed } from "../../../core/decimal.ts";
import type { Statement } from "../../../rating/statement.ts";
import { writeUbl } from "../../../rating/documents/ubl/write-ubl.ts";
import { readCases } from "../../read-cases.ts";
import { all, at, brokenRules, parseXml } from "./check-ubl.ts";
import { customer, type DocumentCase, documentOf, documentOfCase, issuer, lineOf, shown } from "./document-case.ts";
import { samples } from "./ubl-samples.ts";

test.each(readCases<DocumentCase>("rating/printed").map((one) => [one.name, one] as const))("golden: %s", (_, one) => {
  const document = documentOfCase(one);
  if (one.ubl_refused !== undefined) {
    expect(() => writeUbl(document, shown)).toThrow(one.ubl_refused);
    return;
  }
  const xml = writeUbl(document, shown);
  expect(brokenRules(xml)).toEqual([]);
  const totals = (name: string): string => at(parseXml(xml), `cac:LegalMonetaryTotal/cbc:${name}`);
  expect(totals("LineExtensionAmount")).toBe(one.ubl?.lines);
  expect(totals("AllowanceTotalAmount")).toBe(one.ubl?.allowances === "0" ? "" : one.ubl?.allowances);
  expect(totals("PrepaidAmount")).toBe(one.ubl?.prepaid === "0" ? "" : one.ubl?.prepaid);
  expect(totals("PayableAmount")).toBe(one.payable);
});

test.each(Object.entries(samples))("%s breaks no rule", (_, document) => {
  expect(brokenRules(writeUbl(document, shown))).toEqual([]);
});

test("the checker sees what is broken", () => {
  const xml = writeUbl(samples.mixed, shown);
  const broken = (from: RegExp, to: string): string[] => brokenRules(xml.replace(from, to));
  expect(broken(/(<cbc:PayableAmount[^>]*>)[^<]*/, "$11.00")).toContain("BR-CO-16 payable");
  expect(broken(/(<cbc:LineExtensionAmount[^>]*>)[^<]*/, "$199.99")).toContain("BR-CO-10 lines");
  expect(broken(/(<cbc:PriceAmount[^>]*>)[^<]*/, "$10.26")).toContain("line = quantity x price");
  expect(broken(/(<cac:TaxTotal><cbc:TaxAmount[^>]*>)[^<]*/, "$10.01")).toContain("BR-CO-14 tax");
  expect(broken(/<cbc:InvoiceTypeCode>380/, "<cbc:InvoiceTypeCode>381")).toContain("BR-CL-01 type");
  expect(broken(/unitCode="HUR"/, 'unitCode="HOUR"')).toContain("BR-CL-23 unit");
  expect(
    broken(/<cbc:DueDate>[^<]*<\/cbc:DueDate>(.*?<\/cbc:InvoiceTypeCode>)/, "$1<cbc:DueDate>2026-12-02</cbc:DueDate>"),
  ).toContain("order");
  expect(() => brokenRules(xml.replace("</cac:Price>", ""))).toThrow("closes another");
});

test("a credit note names what it takes back and says it in positive amounts", () => {
  const root = parseXml(
    writeUbl(samples.credit_note, {
      documents: new Map([["st_0", { number: "2026-000041", issued_on: "2026-11-02" }]]),
    }),
  );
  expect(root.name).toBe("CreditNote");
  expect(at(root, "cbc:CreditNoteTypeCode")).toBe("381");
  expect(at(root, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID")).toBe("2026-000041");
  expect(all(root, "cac:CreditNoteLine").map((line) => at(line, "cbc:LineExtensionAmount"))).toEqual([
    "25.00",
    "1.00",
    "-1.00",
  ]);
  expect(at(root, "cac:LegalMonetaryTotal/cbc:PayableAmount")).toBe("30.00");
});

test("hours go by their code and price, all else counts pieces with what was used in words", () => {
  const [hour, piece, corrected] = all(parseXml(writeUbl(samples.mixed, shown)), "cac:InvoiceLine");
  expect(hour === undefined ? "" : all(hour, "cbc:InvoicedQuantity")[0]).toMatchObject({
    text: "100",
    attributes: { unitCode: "HUR" },
  });
  expect(piece === undefined ? "" : at(piece, "cac:Item/cbc:Description")).toContain("3 gib month at 0.333");
  expect(corrected === undefined ? "" : at(corrected, "cbc:Note")).toBe("Corrects 2026-09, statement st_x");
});

test.each<[string, Partial<Statement>, string]>([
  ["a draft", { number: null, issued_on: null }, "not final"],
  ["one without issuer", { issuer: null }, "no issuer"],
  ["one without a payer's name", { customer: { ...customer, legal_name: "" } }, "no legal name"],
  ["a taxed one without the seller's VAT number", { issuer: { ...issuer, vat_id: "" } }, "issuer has no VAT number"],
  ["one without a due date", { due_on: null }, "no due date"],
  [
    "a reverse charge without the payer's VAT number",
    { taxes: [], customer: { ...customer, vat_id: "", tax: { rule: "reverse_charge", reason: "" } } },
    "payer's VAT number",
  ],
])("%s is no e-invoice, and the refusal says why", (_, said, words) => {
  expect(() => writeUbl({ ...samples.mixed, ...said }, shown)).toThrow(words);
});

test("names with markup and with characters no document may hold are texts", () => {
  const name = `<cbc:ID>&"'\u0000\u0007\ud800 ]]> 中文`;
  const root = parseXml(writeUbl({ ...samples.mixed, customer: { ...customer, legal_name: name } }, shown));
  const written = at(root, "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName");
  expect(written).toBe(`<cbc:ID>&"'\ufffd\ufffd\ufffd ]]> 中文`);
});

const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });
const kinds = fc.constantFrom(
  "usage",
  "flat",
  "discount_percent",
  "discount_amount",
  "minimum",
  "cap",
  "commitment",
  "percentage",
);

test("whatever lines, charges, rates, corrections and credits a statement has, its e-invoice adds up, and so does its credit note", () => {
  const line = fc.record({
    kind: kinds,
    cents,
    rate: fc.constantFrom("high", "low"),
    late: fc.boolean(),
    quantity: fc.integer({ min: 0, max: 9999 }),
    price: fc.integer({ min: 1, max: 99_999 }),
  });
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), cents, (drawn, credited) => {
      const rates = { high: "21", low: "9.5" } as const;
      const lines = drawn.map(({ kind, cents: value, rate, late, quantity, price }, index) => {
        const unit_price = kind === "usage" ? formatFixed(new Dec(price).div(10_000), 4) : null;
        const amount = formatFixed(
          unit_price === null || late ? new Dec(value).div(100) : new Dec(unit_price).times(quantity),
          2,
        );
        const adjusts = late ? { period: "2026-09", statement_id: "st_x", line: 1, kind: "usage" as const } : null;
        return lineOf(index + 1, {
          kind: late ? ("adjustment" as const) : kind,
          amount,
          quantity: String(quantity),
          unit: "hour",
          unit_price,
          adjusts,
          tax_rate_id: rate,
        });
      });
      const sum = (amounts: readonly string[]): Dec =>
        amounts.reduce((total, amount) => total.plus(new Dec(amount)), new Dec(0));
      const taxes = (["high", "low"] as const).flatMap((rate) =>
        ["2026-10", "2026-09"].flatMap((period) => {
          const own = lines.filter(
            ({ tax_rate_id, adjusts }) => tax_rate_id === rate && (adjusts?.period ?? "2026-10") === period,
          );
          if (own.length === 0) return [];
          const net = sum(own.map(({ amount }) => amount));
          const amount = formatFixed(net.times(rates[rate]).div(100), 2);
          return [
            {
              tax_rate_id: rate,
              name: rate,
              reason: "",
              category: "S" as const,
              rate: rates[rate],
              net: formatFixed(net, 2),
              amount,
              period,
            },
          ];
        }),
      );
      const net = sum(lines.map(({ amount }) => amount));
      const total = net.plus(sum(taxes.map(({ amount }) => amount)));
      const credits = new Dec(credited).div(100);
      const [two, back] = [
        (value: Dec) => formatFixed(value, 2),
        (text: string) => formatFixed(new Dec(text).negated(), 2),
      ];
      const document = documentOf({
        lines,
        taxes,
        net: two(net),
        total: two(total),
        credits_applied: two(credits),
        payable: two(total.minus(credits)),
      });
      expect(brokenRules(writeUbl(document, shown))).toEqual([]);
      const note = documentOf({
        kind: "credit_note",
        lines: lines.map((one) => ({
          ...one,
          amount: back(one.amount),
          quantity: new Dec(one.quantity).negated().toFixed(),
        })),
        taxes: taxes.map((one) => ({ ...one, net: back(one.net), amount: back(one.amount) })),
        net: back(document.net),
        total: back(document.total),
        credits_applied: back(document.credits_applied),
        payable: back(document.payable),
      });
      expect(brokenRules(writeUbl(note, shown))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test("a line that comes to nothing and has no rate is no reason to refuse: it goes with what is taxed", () => {
  const { mixed } = samples;
  const free = lineOf(99, { amount: "0.00", exact_amount: "0.000000000", rounding: "0.000000000", tax_rate_id: null });
  const document = { ...mixed, lines: [...mixed.lines, free] };
  expect(brokenRules(writeUbl(document, shown))).toEqual([]);
  const owed = { ...free, amount: "0.01", exact_amount: "0.010000000" };
  expect(() => writeUbl({ ...mixed, lines: [...mixed.lines, owed] }, shown)).toThrow("cannot be an e-invoice");
});
