import { currencyCodes } from "../../../core/currencies.ts";
import { Dec } from "../../../core/decimal.ts";

/** An element of a document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Reads a document as we write it: elements, attributes and text, no more of XML than that. @throws where it is not well formed */
export function parseXml(xml: string): Element {
  const body = xml.replace(/^<\?xml[^>]*\?>\s*/, "");
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open: Element[] = [root];
  let at = 0;
  for (const found of body.matchAll(/<(\/?)([\w:]+)((?: [\w:]+="[^"<]*")*)>/g)) {
    const within = open.at(-1) as Element;
    within.text += plain(body.slice(at, found.index));
    at = found.index + found[0].length;
    const [, closes, name = "", given = ""] = found;
    if (closes === "/") {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...given.matchAll(/ ([\w:]+)="([^"]*)"/g)].map(([, key = "", value = ""]): [string, string] => [
        key,
        plain(value),
      ]),
    );
    const element: Element = { name, attributes, children: [], text: "" };
    within.children.push(element);
    open.push(element);
  }
  if (open.length !== 1 || root.children.length !== 1 || body.slice(at).trim() !== "")
    throw new Error("not well formed");
  return root.children[0] as Element;
}

function plain(text: string): string {
  if (/[<>]/.test(text) || /&(?!(amp|lt|gt|quot|apos);)/.test(text)) throw new Error(`markup in ${text}`);
  return text.replace(/&(\w+);/g, (_, name: string) => entities[name] ?? "");
}

/** The elements at a path below one. */
export function all(element: Element, path: string): Element[] {
  return path
    .split("/")
    .reduce(
      (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
      [element],
    );
}

/** The text at a path, "" where there is none. */
export function at(element: Element, path: string): string {
  return all(element, path)[0]?.text ?? "";
}

/** The order UBL 2.1 has for what we write; what is left out may be left out. */
const order =
  "CustomizationID ProfileID ID IssueDate DueDate InvoiceTypeCode CreditNoteTypeCode Note DocumentCurrencyCode BuyerReference InvoicePeriod OrderReference BillingReference AccountingSupplierParty AccountingCustomerParty PaymentMeans PaymentTerms AllowanceCharge TaxTotal LegalMonetaryTotal InvoiceLine CreditNoteLine".split(
    " ",
  );
const must =
  "CustomizationID ProfileID ID IssueDate DocumentCurrencyCode AccountingSupplierParty AccountingCustomerParty TaxTotal LegalMonetaryTotal".split(
    " ",
  );

/** The rules of EN 16931 that an e-invoice breaks: structure, code lists, and sums BR-CO-10 … 17. */
export function brokenRules(xml: string): string[] {
  const root = parseXml(xml);
  const names = root.children.map(({ name }) => name.replace(/^c[ab]c:/, ""));
  const places = names.map((name) => order.indexOf(name));
  const credits = root.name === "CreditNote";
  const lines = all(root, credits ? "cac:CreditNoteLine" : "cac:InvoiceLine");
  const sum = (elements: readonly Element[], path: string): Dec =>
    elements.reduce((total, one) => total.plus(new Dec(at(one, path))), new Dec(0));
  const totals = (name: string): Dec => new Dec(at(root, `cac:LegalMonetaryTotal/cbc:${name}`) || "0");
  const extras = all(root, "cac:AllowanceCharge");
  const allowances = extras.filter((one) => at(one, "cbc:ChargeIndicator") === "false");
  const charges = extras.filter((one) => at(one, "cbc:ChargeIndicator") === "true");
  const groups = all(root, "cac:TaxTotal/cac:TaxSubtotal");
  const tax = new Dec(at(root, "cac:TaxTotal/cbc:TaxAmount"));
  const currency = at(root, "cbc:DocumentCurrencyCode");
  const amounts = xml.match(/currencyID="\w+">[^<]*/g) ?? [];
  const keyOf = (element: Element, path: string): string =>
    `${at(element, `${path}/cbc:ID`)} ${at(element, `${path}/cbc:Percent`)}`;
  const rules: readonly (readonly [string, boolean])[] = [
    ["order", places.every((place, index) => place >= 0 && place >= (places[index - 1] ?? 0))],
    ["mandatory", must.every((name) => names.includes(name))],
    ["BR-16 a line", lines.length > 0],
    [
      "BR-CL-01 type",
      (credits ? "381" : "380") === at(root, credits ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode"),
    ],
    ["BR-CL-04 currency", currencyCodes.includes(currency)],
    ["one currency", amounts.every((amount) => amount.includes(`"${currency}"`))],
    [
      "BR-DEC two decimals",
      amounts.every(
        (amount) => amount.includes("PriceAmount") || /">-?\d+(\.\d{1,2})?$/.test(amount) || isPrice(xml, amount),
      ),
    ],
    [
      "BR-CL-14 country",
      all(root, "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode").every(
        ({ text }) => /^[A-Z]{2}$/.test(text),
      ),
    ],
    [
      "BR-CL-23 unit",
      lines.every((line) =>
        ["HUR", "MON", "C62"].includes(
          all(line, credits ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity")[0]?.attributes["unitCode"] ?? "",
        ),
      ),
    ],
    [
      "BR-CL-17 tax category",
      groups.every((group) => ["S", "Z", "E", "AE", "O"].includes(at(group, "cac:TaxCategory/cbc:ID"))),
    ],
    ["BR-25 names", lines.every((line) => at(line, "cac:Item/cbc:Name") !== "")],
    ["BR-27 price", lines.every((line) => !at(line, "cac:Price/cbc:PriceAmount").startsWith("-"))],
    ["line = quantity x price", lines.every((line) => lineIsProduct(line, credits))],
    ["BR-CO-10 lines", sum(lines, "cbc:LineExtensionAmount").eq(totals("LineExtensionAmount"))],
    ["BR-CO-11 allowances", sum(allowances, "cbc:Amount").eq(totals("AllowanceTotalAmount"))],
    ["BR-CO-12 charges", sum(charges, "cbc:Amount").eq(totals("ChargeTotalAmount"))],
    [
      "BR-CO-13 net",
      totals("LineExtensionAmount")
        .minus(totals("AllowanceTotalAmount"))
        .plus(totals("ChargeTotalAmount"))
        .eq(totals("TaxExclusiveAmount")),
    ],
    ["BR-CO-14 tax", sum(groups, "cbc:TaxAmount").eq(tax)],
    ["BR-CO-15 total", totals("TaxExclusiveAmount").plus(tax).eq(totals("TaxInclusiveAmount"))],
    [
      "BR-CO-16 payable",
      totals("TaxInclusiveAmount")
        .minus(totals("PrepaidAmount"))
        .plus(totals("PayableRoundingAmount"))
        .eq(totals("PayableAmount")),
    ],
    ["BR-CO-17 tax of a group", groups.every((group) => taxIsProduct(group))],
    ["BR-CO-18 a group", groups.length > 0],
    [
      "BR-S-08 a group's net",
      groups.every((group) => {
        const key = keyOf(group, "cac:TaxCategory");
        const own = (elements: readonly Element[], path: string): Element[] =>
          elements.filter((one) => keyOf(one, path) === key);
        const net = sum(own(lines, "cac:Item/cac:ClassifiedTaxCategory"), "cbc:LineExtensionAmount")
          .minus(sum(own(allowances, "cac:TaxCategory"), "cbc:Amount"))
          .plus(sum(own(charges, "cac:TaxCategory"), "cbc:Amount"));
        return net.eq(new Dec(at(group, "cbc:TaxableAmount")));
      }),
    ],
    [
      "BR-E-10 a reason",
      groups.every(
        (group) =>
          ["S", "Z"].includes(at(group, "cac:TaxCategory/cbc:ID")) ===
          (at(group, "cac:TaxCategory/cbc:TaxExemptionReason") === ""),
      ),
    ],
  ];
  return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]));
}

function isPrice(xml: string, amount: string): boolean {
  return xml.includes(`<cbc:PriceAmount ${amount}`);
}

function lineIsProduct(line: Element, credits: boolean): boolean {
  const quantity = new Dec(at(line, credits ? "cbc:CreditedQuantity" : "cbc:InvoicedQuantity"));
  const product = quantity.times(new Dec(at(line, "cac:Price/cbc:PriceAmount")));
  return product.toDecimalPlaces(2).eq(new Dec(at(line, "cbc:LineExtensionAmount")));
}

/** Within a unit of currency, as the rule's own test has it: tax is rounded by rate and month here. */
function taxIsProduct(group: Element): boolean {
  const percent = new Dec(at(group, "cac:TaxCategory/cbc:Percent") || "0");
  const product = new Dec(at(group, "cbc:TaxableAmount")).times(percent).div(100);
  return product
    .minus(new Dec(at(group, "cbc:TaxAmount")))
    .abs()
    .lt(1);
}
