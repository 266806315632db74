import { subcategories } from "../../../rating/focus/services.ts";
import { type Dec, dec } from "../../../core/decimal.ts";

/** A row of a FOCUS file as text; null = no value. */
export type FocusRow = Readonly<Record<string, string | null>>;

const instants = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const decimals = /^-?\d+(\.\d+)?$/;
const costs = ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"];
const prices = [
  "ListUnitPrice",
  "ContractedUnitPrice",
  "PricingCurrencyListUnitPrice",
  "PricingCurrencyContractedUnitPrice",
];
const quantities = ["PricingQuantity", "ConsumedQuantity"];
const required =
  "BillingAccountId BillingAccountName BillingPeriodStart BillingPeriodEnd ChargePeriodStart ChargePeriodEnd BillingCurrency InvoiceIssuerName ChargeCategory ChargeFrequency ChargeDescription ServiceCategory ServiceSubcategory ServiceName PricingCurrency PricingCurrencyEffectiveCost".split(
    " ",
  );
const together = [
  ["SubAccountId", "SubAccountName"],
  ["SubAccountId", "SubAccountType"],
  ["RegionId", "RegionName"],
  ["PricingQuantity", "PricingUnit"],
  ["ConsumedQuantity", "ConsumedUnit"],
  ["ResourceId", "ResourceType"],
] as const;
const placeholders = /^(N\/A|NA|null|NULL|None|Not Applicable|-|)$/;
const frequencies = ["One-Time", "Recurring", "Usage-Based"];
const unit = /^(\d+ )?[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*(-(Hours|Months))?$/;

/**
 * What neither of the published validators looks at row by row: that every value is of its form and its list, that what belongs together is
 * there together, that costs are price times quantity, and what each kind of charge must and must not have. Gives what is wrong.
 */
export function strictFaults(row: FocusRow): string[] {
  const faults: string[] = [];
  const fault = (ok: boolean, what: string): void => void (ok || faults.push(what));
  const has = (name: string): boolean => (row[name] ?? null) !== null;
  const number = (name: string): Dec => dec(row[name] ?? "0");
  for (const [name, value] of Object.entries(row)) {
    if (value === null) continue;
    fault(!placeholders.test(value), `${name} is a placeholder: ${JSON.stringify(value)}`);
    if (/(Start|End)$/.test(name)) fault(instants.test(value), `${name} is no UTC instant: ${value}`);
    if ([...costs, ...prices, ...quantities].includes(name))
      fault(decimals.test(value), `${name} is no decimal: ${value}`);
    if (["Tags", "SkuPriceDetails"].includes(name)) fault(isFlat(value), `${name} is no flat object: ${value}`);
    if (/^(Pricing|Consumed)Unit$/.test(name)) fault(unit.test(value), `${name} is no unit: ${value}`);
  }
  for (const name of [...required, ...costs]) fault(has(name), `${name} is missing`);
  for (const [one, other] of together) fault(has(one) === has(other), `${one} and ${other} are there together`);
  for (const name of prices) fault(!has(name) || !number(name).isNegative(), `${name} is below zero`);
  const category = row["ChargeCategory"] ?? "";
  const isCorrection = row["ChargeClass"] === "Correction";
  fault(["Usage", "Purchase", "Tax", "Credit", "Adjustment"].includes(category), `ChargeCategory is ${category}`);
  fault(!has("ChargeClass") || isCorrection, "ChargeClass is Correction or nothing");
  fault(frequencies.includes(row["ChargeFrequency"] ?? ""), `ChargeFrequency is ${row["ChargeFrequency"]}`);
  fault(!(category === "Purchase" && row["ChargeFrequency"] === "Usage-Based"), "a purchase is not usage-based");
  const known = subcategories[row["ServiceCategory"] ?? ""];
  const sub = row["ServiceSubcategory"] ?? "";
  fault(known !== undefined, `ServiceCategory is ${row["ServiceCategory"]}`);
  fault(known?.includes(sub) === true || sub === `Other (${row["ServiceCategory"]})`, `ServiceSubcategory is ${sub}`);
  fault((row["BillingPeriodStart"] ?? "") < (row["BillingPeriodEnd"] ?? ""), "the billing period runs forward");
  fault((row["ChargePeriodStart"] ?? "") < (row["ChargePeriodEnd"] ?? ""), "the charge period runs forward");
  const priced = (category === "Usage" || category === "Purchase") && !isCorrection;
  const pricing = ["SkuId", "SkuPriceId", "PricingQuantity", "PricingUnit", "PricingCategory", ...prices.slice(0, 2)];
  for (const name of pricing) {
    if (priced) fault(has(name), `${name} of ${category}`);
    if (["Tax", "Credit", "Adjustment"].includes(category)) fault(!has(name), `no ${name} of ${category}`);
  }
  fault(!priced || category !== "Usage" || has("ConsumedQuantity"), "use is consumed");
  fault(category === "Usage" || !has("ConsumedQuantity"), "nothing else is consumed");
  fault(!has("PricingQuantity") || has("SkuPriceId"), "what is priced has a price");
  fault(!has("SkuPriceId") || (row["SkuPriceId"] ?? "").startsWith(`${row["SkuId"]}/`), "a price is of its SKU");
  for (const side of ["List", "Contracted"]) {
    const product = number(`${side}UnitPrice`).times(number("PricingQuantity"));
    const cost = number(`${side}Cost`);
    if (has(`${side}UnitPrice`) && has("PricingQuantity"))
      fault(
        product.minus(cost).abs().lte("0.000000000001"),
        `${side}Cost is ${cost.toFixed()}, price times quantity ${product.toFixed()}`,
      );
    else fault(cost.equals(number("BilledCost")), `${side}Cost of a charge without a price is what is billed`);
  }
  fault(
    number("ContractedCost").minus(number("BilledCost")).abs().lte("0.000001"),
    "what is billed is what was agreed",
  );
  fault(
    number("ListCost").minus(number("ContractedCost")).gte(0) || isCorrection || !priced,
    "nobody pays more than the list says",
  );
  fault(number("EffectiveCost").equals(number("BilledCost")), "nothing is paid before it is used");
  fault(row["PricingCurrency"] === row["BillingCurrency"], "prices are in the currency of the bill");
  return faults;
}

/** What is wrong between rows: names and prices that mean two things, rows that are there twice. */
export function strictFaultsBetween(rows: readonly FocusRow[]): string[] {
  const one = new Map<string, string>();
  const faults = new Set<string>();
  const means = (what: string, key: string | null | undefined, value: string): void => {
    if (key === null || key === undefined) return;
    const known = one.get(`${what} ${key}`) ?? value;
    if (known !== value) faults.add(`${what} ${key} is ${known} and ${value}`);
    one.set(`${what} ${key}`, value);
  };
  const seen = new Set<string>();
  for (const row of rows) {
    means("service", row["ServiceName"], `${row["ServiceCategory"]}/${row["ServiceSubcategory"]}`);
    means("price", row["SkuPriceId"], `${row["SkuId"]} by ${row["PricingUnit"] ?? one.get("price unit") ?? ""}`);
    means("meter", row["SkuId"], row["SkuMeter"] ?? "");
    means("account", row["BillingAccountId"], row["BillingAccountName"] ?? "");
    if (row["InvoiceId"] !== null)
      means("invoice", row["InvoiceId"], `${row["BillingAccountId"]} ${row["BillingCurrency"]}`);
    const place = `${row["x_StatementId"]} ${row["InvoiceDetailId"] ?? row["x_StatementLine"]} ${row["ChargeDescription"]} ${row["x_BillingRecordId"] ?? row["x_StatementLine"] ?? ""}`;
    if (seen.has(place)) faults.add(`there twice: ${place}`);
    seen.add(place);
  }
  return [...faults];
}

function isFlat(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return (
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((inner) => ["string", "number", "boolean"].includes(typeof inner))
    );
  } catch {
    return false;
  }
}
