import { dec, formatFixed, Dec } from "../../core/decimal.ts";
import { minorUnit } from "../../core/currencies.ts";
import { showMoney, showNumber } from "./figures.ts";
import { fill, type Labels, labelsOf, showMonth } from "./labels.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Issuer } from "../profiles/issuer.ts";
import type { StatementLine } from "../statement-line.ts";
import type { Statement } from "../statement.ts";

/** What a document shows beside the statement itself; all of it labels. */
export interface Shown {
  /** Names of accounts by id; an account that has none is shown by its id. */
  readonly names: ReadonlyMap<string, string>;
  /** Number and date of documents this one speaks of, by id. */
  readonly documents: ReadonlyMap<string, { readonly number: string | null; readonly issued_on: string | null }>;
  /** A line's quantity in words people use, plain decimals; price "" = of no quantity, null = it has none. */
  read(line: StatementLine): { quantity: string; unit: string; price: string | null };
}

/** A label and what it says. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** A document ready to be set, whatever it is set in: every text in the reader's language, every number written out. */
export interface Layout {
  readonly language: string;
  readonly direction: Labels["direction"];
  readonly title: string;
  /** Draft or void, "" of what counts. */
  readonly mark: string;
  readonly currency: string;
  readonly logo: string;
  readonly facts: readonly Fact[];
  readonly from: { readonly heading: string; readonly lines: readonly string[] } | null;
  readonly to: { readonly heading: string; readonly lines: readonly string[] };
  readonly heads: { readonly item: string; readonly quantity: string; readonly price: string; readonly amount: string };
  readonly sections: readonly Section[];
  readonly empty: string;
  readonly totals: readonly (Fact & { readonly strong: boolean })[];
  readonly bank: { readonly heading: string; readonly facts: readonly Fact[] } | null;
  readonly notes: { readonly heading: string; readonly lines: readonly string[] } | null;
  /** With `{n}` and `{of}` for the numbers. */
  readonly page: string;
  readonly footer: string;
  /** The day it bears: issue date, else the first of its month. */
  readonly date: string;
}

/** The lines of one account. */
interface Section {
  readonly name: string;
  readonly rows: readonly {
    readonly item: string;
    readonly note: string;
    readonly quantity: string;
    readonly price: string;
    readonly amount: string;
  }[];
  readonly sum: Fact;
}

/** A name in a line of the other direction keeps its own: first strong isolate … pop. */
const isolate = (text: string): string => (text === "" ? "" : `\u2068${text}\u2069`);

/** Sets out a statement in its customer's language, a section per account, the payer's own first. Pure. */
export function layOut(document: Statement, shown: Shown): Layout {
  const layout = setOut(document, shown);
  return layout.direction === "ltr" ? layout : isolateNames(layout);
}

function isolateNames(layout: Layout): Layout {
  const { from, to, sections, bank, notes } = layout;
  const lines = <T extends { lines: readonly string[] }>(party: T): T => ({
    ...party,
    lines: party.lines.map(isolate),
  });
  return {
    ...layout,
    from: from === null ? null : lines(from),
    to: lines(to),
    sections: sections.map(({ name, rows, sum }) => ({
      name: isolate(name),
      rows: rows.map((row) => ({ ...row, item: isolate(row.item), quantity: isolate(row.quantity) })),
      sum,
    })),
    bank: bank === null ? null : { ...bank, heading: bank.heading.split(" · ").map(isolate).join(" · ") },
    notes:
      notes === null
        ? null
        : { ...notes, lines: notes.lines.map((line) => line.split(" · ").map(isolate).join(" · ")) },
    footer: isolate(layout.footer),
  };
}

function setOut(document: Statement, shown: Shown): Layout {
  const { currency, issuer, customer, kind, state, period } = document;
  const labels = labelsOf(customer?.language ?? "en");
  const { words, numbers: form } = labels;
  const money = (amount: string): string => showMoney(amount, { currency, form });
  const title = kind === "credit_note" ? words.credit_note : words.statement;
  return {
    language: labels.language,
    direction: labels.direction,
    title,
    mark: state === "final" ? "" : words[state],
    currency,
    logo: issuer?.logo ?? "",
    facts: factsOf(document, { labels, shown }),
    from: issuer === null ? null : { heading: words.from, lines: addressOf(issuer) },
    to: { heading: words.to, lines: toLines(document, { customer, labels, shown }) },
    heads: { item: words.item, quantity: words.quantity, price: words.price, amount: `${words.amount} (${currency})` },
    sections: sectionsOf(document, { labels, shown }),
    empty: words.no_lines,
    totals: totalsOf(document, { labels, money }),
    bank: bankOf(issuer, { words, number: document.number }),
    notes: notesOf(document, { words }),
    page: words.page,
    footer: [issuer?.legal_name ?? "", document.number ?? document.id].filter((text) => text !== "").join(" · "),
    date: document.issued_on ?? `${period}-01`,
  };
}

function factsOf(document: Statement, { labels, shown }: { labels: Labels; shown: Shown }): Fact[] {
  const { words } = labels;
  const numberOf = (id: string): string => shown.documents.get(id)?.number ?? id;
  const given: readonly (readonly [string, string | null])[] = [
    [words.number, document.number],
    [words.period, showMonth(document.period, labels)],
    [words.issued, document.issued_on],
    [words.due, document.due_on],
    [words.order, document.customer?.purchase_order ?? null],
    [words.takes_back, document.reverses === null ? null : numberOf(document.reverses)],
    [words.replaces, document.replaces === null ? null : numberOf(document.replaces)],
  ];
  return given.flatMap(([label, value]) => (value === null || value === "" ? [] : [{ label, value }]));
}

/** Name and address as they stand on a letter. */
function addressOf({ legal_name, address }: Pick<Issuer | Profile, "legal_name" | "address">): string[] {
  const { lines, city, postal_code, region, country } = address;
  const place = [postal_code, city].filter((text) => text !== "").join(" ");
  return [legal_name, ...lines, place, region, country].filter((text) => text !== "");
}

function toLines(
  { payer_account_id, issuer }: Statement,
  { customer, labels, shown }: { customer: Profile | null; labels: Labels; shown: Shown },
): string[] {
  const name = shown.names.get(payer_account_id) ?? payer_account_id;
  if (customer === null) return [...new Set([name, payer_account_id])];
  const vat = customer.vat_id === "" ? [] : [`${labels.words.vat_id} ${customer.vat_id}`];
  const address = customer.legal_name === "" ? { ...customer, legal_name: name } : customer;
  return [...addressOf(address), ...vat].filter((line) => line !== issuer?.legal_name || line === customer.legal_name);
}

function sectionsOf(document: Statement, { labels, shown }: { labels: Labels; shown: Shown }): Section[] {
  const { payer_account_id, lines, currency } = document;
  const { words, numbers: form } = labels;
  const accounts = [...new Set([payer_account_id, ...lines.map(({ account_id }) => account_id)])];
  const toRow = (line: StatementLine): Section["rows"][number] => {
    const { quantity, unit, price } = shown.read(line);
    const { description: item, adjusts, amount } = line;
    return {
      item,
      note: adjusts === null ? "" : fill(words.corrects, { period: showMonth(adjusts.period, labels) }),
      quantity: quantity === "" ? "" : `${showNumber(quantity, form)} ${unit}`.trim(),
      price: price === null ? words.no_price : price === "" ? "" : showNumber(price, form),
      amount: showMoney(amount, { currency, form }),
    };
  };
  return accounts.flatMap((account_id) => {
    const own = lines.filter((line) => line.account_id === account_id);
    if (own.length === 0) return [];
    const sum = own.reduce((total, { amount }) => total.plus(dec(amount)), new Dec(0));
    const value = showMoney(formatFixed(sum, minorUnit(currency)), { currency, form });
    const name = shown.names.get(account_id) ?? account_id;
    return [{ name, rows: own.map(toRow), sum: { label: words.subtotal, value } }];
  });
}

function totalsOf(
  document: Statement,
  { labels, money }: { labels: Labels; money: (amount: string) => string },
): Layout["totals"] {
  const { words, numbers: form } = labels;
  const { net, taxes, total, credits_applied, payable, currency, period } = document;
  const taxed = taxes.map((tax) => {
    const label = fill(words.tax, { name: tax.name, rate: showNumber(tax.rate, form), net: money(tax.net) });
    const month = tax.period === period ? "" : ` · ${fill(words.corrects, { period: showMonth(tax.period, labels) })}`;
    return { label: `${label}${month}`, value: money(tax.amount), strong: false };
  });
  const credits = dec(credits_applied).isZero()
    ? []
    : [
        {
          label: words.credits,
          value: money(formatFixed(dec(credits_applied).negated(), minorUnit(currency))),
          strong: false,
        },
      ];
  return [
    { label: words.net, value: money(net), strong: false },
    ...taxed,
    ...(taxed.length + credits.length === 0 ? [] : [{ label: words.total, value: money(total), strong: false }]),
    ...credits,
    { label: words.payable, value: `${money(payable)} ${currency}`, strong: true },
  ];
}

function bankOf(
  issuer: Issuer | null,
  { words, number }: { words: Labels["words"]; number: string | null },
): Layout["bank"] {
  if (issuer === null || issuer.iban === "") return null;
  const { bank, iban, bic } = issuer;
  const given: readonly (readonly [string, string])[] = [
    ["IBAN", iban.replace(/\s/g, "").replace(/(.{4})(?=.)/g, "$1 ")],
    ["BIC", bic],
    [words.number, number ?? ""],
  ];
  return {
    heading: bank === "" ? words.bank : `${words.bank} · ${bank}`,
    facts: given.flatMap(([label, value]) => (value === "" ? [] : [{ label, value }])),
  };
}

function notesOf(
  { customer, issuer, notes, taxes }: Statement,
  { words }: { words: Labels["words"] },
): Layout["notes"] {
  const rule = customer?.tax.rule;
  const byRule = rule === "reverse_charge" ? words.reverse_charge : rule === "exempt" ? words.exempt : "";
  const reasons = taxes.map(({ reason }) => reason);
  const lines = [
    byRule,
    customer?.tax.reason ?? "",
    ...reasons,
    ...notes,
    issuer?.notes ?? "",
    sellerLine(issuer, words),
  ];
  const said = [...new Set(lines)].filter((line) => line !== "");
  return said.length === 0 ? null : { heading: words.notes, lines: said };
}

/** What the law asks a seller to say of itself. */
function sellerLine(issuer: Issuer | null, words: Labels["words"]): string {
  if (issuer === null) return "";
  const { legal_name, vat_id, registration, email, phone } = issuer;
  const parts = [
    legal_name,
    vat_id === "" ? "" : `${words.vat_id} ${vat_id}`,
    registration === "" ? "" : `${words.registration} ${registration}`,
    email,
    phone.replaceAll(" ", "\u00a0"),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
