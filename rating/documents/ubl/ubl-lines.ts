import { minorUnit } from "../../../core/currencies.ts";
import { Dec, dec, formatDecimal, formatFixed } from "../../../core/decimal.ts";
import type { StatementLine } from "../../statement-line.ts";
import type { Statement } from "../../statement.ts";
import { taxOfLine } from "./tax-groups.ts";
import { element, type Xml } from "./xml.ts";

/** What the code list of units (UN/ECE Recommendation 20) has of ours; all else counts pieces, with the unit in words. */
const unitCodes: Readonly<Record<string, string>> = { hour: "HUR", month: "MON" };
const PIECE = "C62";

/** Validators multiply to two decimals (PEPPOL-EN16931-R120), also where a currency has none. */
const PRODUCT_DECIMALS = 2;

/** Charges that are about a statement as a whole, not an item of it. */
const aboutAll: ReadonlySet<StatementLine["kind"]> = new Set([
  "percentage",
  "discount_percent",
  "discount_amount",
  "minimum",
  "cap",
  "commitment",
]);

/** The lines of a document as an e-invoice has them: items, and what is taken off or put on the sum of them. Pure. */
export function splitLines({ lines }: Statement): { items: StatementLine[]; others: StatementLine[] } {
  const isOther = ({ kind, adjusts }: StatementLine): boolean => adjusts === null && aboutAll.has(kind);
  const items = lines.filter((line) => !isOther(line));
  // There must be an item: a statement of discounts alone has them for items.
  return items.length === 0 ? { items: [...lines], others: [] } : { items, others: lines.filter(isOther) };
}

/** One item. Its amount is quantity × price to two decimals, or it counts one piece at its amount: validators multiply. Pure. */
export function ublLine(line: StatementLine, document: Statement): Xml | null {
  const { currency, kind } = document;
  const credits = kind === "credit_note";
  const sign = credits ? -1 : 1;
  const amount = dec(line.amount).times(sign);
  const decimals = minorUnit(currency);
  const quantity = dec(line.quantity).times(sign);
  const exact =
    line.unit_price !== null &&
    !dec(line.unit_price).isNegative() &&
    !quantity.isZero() &&
    formatFixed(quantity.times(dec(line.unit_price)), PRODUCT_DECIMALS) === formatFixed(amount, PRODUCT_DECIMALS);
  const counted = exact
    ? { quantity, price: line.unit_price ?? "0", code: unitCodes[line.unit] ?? PIECE }
    : { quantity: new Dec(amount.isNegative() ? -1 : 1), price: formatDecimal(amount.abs()), code: PIECE };
  return element(credits ? "cac:CreditNoteLine" : "cac:InvoiceLine", [
    element("cbc:ID", String(line.line)),
    element(
      "cbc:Note",
      line.adjusts === null ? "" : `Corrects ${line.adjusts.period}, statement ${line.adjusts.statement_id}`,
    ),
    element(credits ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity", formatDecimal(counted.quantity), {
      unitCode: counted.code,
    }),
    element("cbc:LineExtensionAmount", formatFixed(amount, decimals), { currencyID: currency }),
    element("cac:Item", [
      element("cbc:Description", describe(line)),
      element("cbc:Name", line.description === "" ? line.kind : line.description),
      taxCategory("cac:ClassifiedTaxCategory", taxOfLine(line, document)),
    ]),
    element("cac:Price", [element("cbc:PriceAmount", counted.price, { currencyID: currency })]),
  ]);
}

/** What is taken off or put on the sum of the items; none of nothing. Pure. */
export function allowanceCharge(line: StatementLine, document: Statement): Xml | null {
  const { currency, kind } = document;
  const amount = dec(line.amount).times(kind === "credit_note" ? -1 : 1);
  if (amount.isZero()) return null;
  return element("cac:AllowanceCharge", [
    element("cbc:ChargeIndicator", amount.isNegative() ? "false" : "true"),
    element("cbc:AllowanceChargeReason", line.description === "" ? line.kind : line.description),
    element("cbc:Amount", formatFixed(amount.abs(), minorUnit(currency)), { currencyID: currency }),
    taxCategory("cac:TaxCategory", taxOfLine(line, document)),
  ]);
}

/** A tax category; `extra` is what only the breakdown says of it. Pure. */
export function taxCategory(
  name: string,
  { category, percent }: { category: string; percent: string },
  extra: readonly (Xml | null)[] = [],
): Xml | null {
  return element(name, [
    element("cbc:ID", category),
    element("cbc:Percent", percent),
    ...extra,
    element("cac:TaxScheme", [element("cbc:ID", "VAT")]),
  ]);
}

/** Whose use it is and how much, in words: the code list has no unit for most of ours. */
function describe({ account_id, quantity, unit, unit_price }: StatementLine): string {
  const used =
    unit_price === null ? "" : `, ${formatDecimal(dec(quantity))} ${unit.replaceAll("_", " ")} at ${unit_price}`;
  return `Account ${account_id}${used}`;
}
