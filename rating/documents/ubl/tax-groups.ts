import { Dec, dec } from "../../../core/decimal.ts";
import type { StatementLine } from "../../statement-line.ts";
import type { Statement } from "../../statement.ts";
import type { TaxCategory } from "../../taxes/tax-rate.ts";

/** Lines that are taxed alike: what EN 16931 calls a VAT breakdown. */
export interface TaxGroup {
  readonly category: TaxCategory;
  /** "" where the category has none. */
  readonly percent: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly taxable: Dec;
  readonly tax: Dec;
}

const byRule: Readonly<Record<string, TaxCategory>> = { exempt: "E", reverse_charge: "AE", outside: "O" };
const reasons: Readonly<Record<TaxCategory, readonly [string, string]>> = {
  S: ["", ""],
  Z: ["", ""],
  E: ["", "Exempt from tax"],
  AE: ["VATEX-EU-AE", "Reverse charge"],
  O: ["VATEX-EU-O", "Not subject to VAT"],
};

/**
 * How a line is taxed: as the rate that held for it says, and without one as its customer's rule does. A standard customer's line without
 * any rate is outside the scope: nobody here taxes it. What comes to nothing goes with what is taxed, since no tax follows from it and a
 * document has either. Pure.
 */
export function taxOfLine(
  { tax_rate_id, adjusts, amount }: StatementLine,
  { taxes, customer, period }: Statement,
): Pick<TaxGroup, "category" | "percent"> {
  const taxed = taxes.find(({ category }) => category !== "O");
  const own = taxes.filter((tax) => tax.tax_rate_id === tax_rate_id);
  const found =
    own.find((tax) => tax.period === (adjusts?.period ?? period)) ??
    own[0] ??
    (dec(amount).isZero() ? taxed : undefined);
  const category = found?.category ?? byRule[customer?.tax.rule ?? ""] ?? "O";
  return { category, percent: category === "O" ? "" : dec(found?.rate ?? "0").toFixed() };
}

/** The groups of a document, by category and percentage; corrections at another month's rate are a group of their own. Pure. */
export function taxGroups(document: Statement): TaxGroup[] {
  const groups = new Map<string, TaxGroup>();
  const keyOf = ({ category, percent }: Pick<TaxGroup, "category" | "percent">): string => `${category} ${percent}`;
  for (const line of document.lines) {
    const found = taxOfLine(line, document);
    const known = groups.get(keyOf(found));
    const taxable = (known?.taxable ?? new Dec(0)).plus(dec(line.amount));
    groups.set(keyOf(found), { ...found, ...reasonOf(found.category, document), taxable, tax: new Dec(0) });
  }
  for (const { category, rate, amount } of document.taxes) {
    const key = keyOf({ category, percent: category === "O" ? "" : dec(rate).toFixed() });
    const known = groups.get(key);
    if (known !== undefined) groups.set(key, { ...known, tax: known.tax.plus(dec(amount)) });
  }
  return [...groups.values()];
}

function reasonOf(category: TaxCategory, { customer, taxes }: Statement): Pick<TaxGroup, "reason_code" | "reason"> {
  const [reason_code, usual] = reasons[category];
  if (usual === "") return { reason_code, reason: "" };
  const said =
    taxes.find((tax) => tax.category === category && tax.reason !== "")?.reason ?? customer?.tax.reason ?? "";
  return { reason_code, reason: said === "" ? usual : said };
}
