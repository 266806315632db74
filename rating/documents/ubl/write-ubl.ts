import { localDay, monthBounds } from "../../../core/calendar.ts";
import { minorUnit } from "../../../core/currencies.ts";
import { Dec, dec, formatFixed } from "../../../core/decimal.ts";
import { AppError, assert } from "../../../core/errors.ts";
import { instant } from "../../../core/instant.ts";
import type { Shown } from "../lay-out.ts";
import type { Profile } from "../../profiles/profile.ts";
import type { Issuer } from "../../profiles/issuer.ts";
import type { Statement } from "../../statement.ts";
import { customerParty, peppolEndpoints, supplierParty } from "./parties.ts";
import { type TaxGroup, taxGroups } from "./tax-groups.ts";
import { allowanceCharge, splitLines, taxCategory, ublLine } from "./ubl-lines.ts";
import { element, type Xml } from "./xml.ts";

const CORE = "urn:cen.eu:en16931:2017";
/** Peppol BIS Billing 3.0, which asks for an electronic address of both. */
const PEPPOL = `${CORE}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0`;
const PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0";
const NAMES = "urn:oasis:names:specification:ubl:schema:xsd";
/** Amounts of EN 16931 have two decimals at most (BR-DEC). */
const DECIMALS_MAX = 2;

/** A document that has all an e-invoice must say. */
interface Complete extends Statement {
  readonly number: string;
  readonly issued_on: string;
  readonly issuer: Issuer;
  readonly customer: Profile;
}

/**
 * A final statement as an e-invoice: UBL 2.1 by EN 16931, an invoice (380) or a credit note (381), by the rules of Peppol BIS 3 where both
 * sides have an electronic address. Pure. @throws AppError conflict that names all it lacks
 */
export function writeUbl(document: Statement, shown: Pick<Shown, "documents">): string {
  const lacking = lackingForUbl(document);
  if (lacking.length > 0)
    throw new AppError("conflict", `statement ${document.id} cannot be an e-invoice: ${lacking.join("; ")}`);
  return write(document as Complete, shown);
}

/** What a statement lacks to be an e-invoice, in words; none = it can be one. Pure. */
export function lackingForUbl(document: Statement): string[] {
  const { number, issued_on, issuer, customer, currency, payable, due_on, lines } = document;
  const groups = taxGroups(document);
  const has = (...categories: string[]): boolean => groups.some(({ category }) => categories.includes(category));
  const lack = (missing: boolean, words: string): string[] => (missing ? [words] : []);
  return [
    ...lack(number === null || issued_on === null, "it is not final, so it has no number"),
    ...lack(lines.length === 0, "it has no lines"),
    ...lack(minorUnit(currency) > DECIMALS_MAX, `EN 16931 has two decimals, ${currency} has ${minorUnit(currency)}`),
    ...lack(issuer === null, "it has no issuer"),
    ...lack(issuer !== null && issuer.address.country === "", "its issuer has no country"),
    ...lack(customer === null || customer.legal_name === "", "its payer's billing profile has no legal name"),
    ...lack(customer !== null && customer.address.country === "", "its payer's billing profile has no country"),
    ...lack(has("S", "Z", "E", "AE") && (issuer?.vat_id ?? "") === "", "its issuer has no VAT number, and it is taxed"),
    ...lack(has("AE") && (customer?.vat_id ?? "") === "", "a reverse charge needs the payer's VAT number"),
    ...lack(
      has("O") && groups.length > 1,
      "some lines are taxed and others have no tax rate, which EN 16931 cannot say",
    ),
    ...lack(dec(payable).gt(0) && due_on === null, "it has no due date"),
  ];
}

function write(document: Complete, shown: Pick<Shown, "documents">): string {
  const { kind, number, issued_on, due_on, currency, customer, issuer, period } = document;
  const credits = kind === "credit_note";
  const root = credits ? "CreditNote" : "Invoice";
  const groups = taxGroups(document);
  const tells_vat = !groups.some(({ category }) => category === "O");
  const { items, others } = splitLines(document);
  const month = monthBounds({ zone: "UTC", month: period });
  const on_peppol = peppolEndpoints(document) !== null;
  const body = [
    element("cbc:CustomizationID", on_peppol ? PEPPOL : CORE),
    element("cbc:ProfileID", PROFILE),
    element("cbc:ID", number),
    element("cbc:IssueDate", issued_on),
    credits ? null : element("cbc:DueDate", due_on ?? ""),
    element(credits ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode", credits ? "381" : "380"),
    element("cbc:Note", [...new Set([...document.notes, issuer.notes])].filter((note) => note !== "").join(" · ")),
    element("cbc:DocumentCurrencyCode", currency),
    element("cbc:BuyerReference", customer.account_id),
    element("cac:InvoicePeriod", [
      element("cbc:StartDate", `${period}-01`),
      element("cbc:EndDate", localDay("UTC", instant(month.end - 1))),
    ]),
    element("cac:OrderReference", [element("cbc:ID", customer.purchase_order)]),
    ...references(document, shown),
    supplierParty(document, { tells_vat }),
    customerParty(document, { tells_vat }),
    paymentMeans(document),
    element("cac:PaymentTerms", [element("cbc:Note", due_on === null ? "" : `Due ${due_on}`)]),
    ...others.map((line) => allowanceCharge(line, document)),
    taxTotal(groups, document),
    monetaryTotal(document),
    ...items.map((line) => ublLine(line, document)),
  ];
  const written = element(root, body, {
    xmlns: `${NAMES}:${root}-2`,
    "xmlns:cac": `${NAMES}:CommonAggregateComponents-2`,
    "xmlns:cbc": `${NAMES}:CommonBasicComponents-2`,
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written?.markup ?? ""}\n`;
}

/** The documents it takes back, stands for or corrects, as far as their numbers are known. */
function references({ reverses, replaces, lines }: Complete, { documents }: Pick<Shown, "documents">): (Xml | null)[] {
  const ids = [reverses, replaces, ...lines.map(({ adjusts }) => adjusts?.statement_id ?? null)];
  return [...new Set(ids)].map((id) => {
    const known = id === null ? undefined : documents.get(id);
    if (known === undefined || known.number === null) return null;
    const reference = [element("cbc:ID", known.number), element("cbc:IssueDate", known.issued_on ?? "")];
    return element("cac:BillingReference", [element("cac:InvoiceDocumentReference", reference)]);
  });
}

/** 58 = SEPA credit transfer, for euros; 30 = any credit transfer. */
function paymentMeans({ issuer, number, currency }: Complete): Xml | null {
  if (issuer.iban === "") return null;
  return element("cac:PaymentMeans", [
    element("cbc:PaymentMeansCode", currency === "EUR" ? "58" : "30"),
    element("cbc:PaymentID", number),
    element("cac:PayeeFinancialAccount", [
      element("cbc:ID", issuer.iban.replace(/\s/g, "")),
      element("cbc:Name", issuer.legal_name),
      element("cac:FinancialInstitutionBranch", [element("cbc:ID", issuer.bic)]),
    ]),
  ]);
}

function taxTotal(groups: readonly TaxGroup[], { currency, kind }: Complete): Xml | null {
  const amount = (name: string, value: Dec): Xml | null => money(name, value, { currency, kind });
  const all = groups.reduce((sum, { tax }) => sum.plus(tax), new Dec(0));
  return element("cac:TaxTotal", [
    amount("cbc:TaxAmount", all),
    ...groups.map((group) =>
      element("cac:TaxSubtotal", [
        amount("cbc:TaxableAmount", group.taxable),
        amount("cbc:TaxAmount", group.tax),
        taxCategory("cac:TaxCategory", group, [
          element("cbc:TaxExemptionReasonCode", group.reason_code),
          element("cbc:TaxExemptionReason", group.reason),
        ]),
      ]),
    ),
  ]);
}

/** BR-CO-10 … 16; what the statement says and what its lines come to is one thing. */
function monetaryTotal(document: Complete): Xml | null {
  const { items, others } = splitLines(document);
  const sum = (lines: readonly { amount: string }[]): Dec =>
    lines.reduce((all, { amount }) => all.plus(dec(amount)), new Dec(0));
  // A credit note's amounts are turned round, so there what raises it lowers the original.
  const sign = document.kind === "credit_note" ? -1 : 1;
  const allowances = sum(others.filter(({ amount }) => dec(amount).times(sign).isNegative())).negated();
  const charges = sum(others.filter(({ amount }) => dec(amount).times(sign).gt(0)));
  const lines = sum(items);
  const [net, total, prepaid, payable] = [document.net, document.total, document.credits_applied, document.payable].map(
    dec,
  ) as [Dec, Dec, Dec, Dec];
  assert(lines.minus(allowances).plus(charges).eq(net), `the lines of ${document.id} come to its net`);
  const rounding = payable.minus(total.minus(prepaid));
  const amount = (name: string, value: Dec): Xml | null => money(name, value, document);
  return element("cac:LegalMonetaryTotal", [
    amount("cbc:LineExtensionAmount", lines),
    amount("cbc:TaxExclusiveAmount", net),
    amount("cbc:TaxInclusiveAmount", total),
    allowances.isZero() ? null : amount("cbc:AllowanceTotalAmount", allowances),
    charges.isZero() ? null : amount("cbc:ChargeTotalAmount", charges),
    prepaid.isZero() ? null : amount("cbc:PrepaidAmount", prepaid),
    rounding.isZero() ? null : amount("cbc:PayableRoundingAmount", rounding),
    amount("cbc:PayableAmount", payable),
  ]);
}

/** An amount of the document; a credit note says what it takes back as positive amounts. */
function money(name: string, value: Dec, { currency, kind }: Pick<Complete, "currency" | "kind">): Xml | null {
  const turned = kind === "credit_note" ? value.negated() : value;
  return element(name, formatFixed(turned, minorUnit(currency)), { currencyID: currency });
}
