import { minorUnit } from "../../core/currencies.ts";
import { Dec, dec, formatDecimal, formatFixed } from "../../core/decimal.ts";
import { assert } from "../../core/errors.ts";
import { formatMs } from "../../core/instant.ts";
import type { Store } from "../../core/store.ts";
import { bare } from "../profiles/book.ts";
import { defaultIssuer, type Issuer } from "../profiles/issuer.ts";
import type { Profile } from "../profiles/profile.ts";
import type { Profiles } from "../profiles/profiles.ts";
import { selectPaid } from "../ledger/paid.ts";
import { type StatementLine, toLine } from "../statement-line.ts";
import type { Statement } from "../statement.ts";
import { coins } from "../taxes/coins.ts";
import { formatRates, layRates } from "../taxes/lay-rates.ts";
import {
  type CreditRow,
  type DocumentRow,
  type Head,
  type LineRow,
  selectCredits,
  selectDocuments,
  selectDraftLines,
  selectDraftTaxes,
  selectFinalLines,
  selectFinalTaxes,
  type TaxRow,
} from "./statement-sql.ts";

interface Deps {
  readonly store: Store;
  readonly profiles: Profiles;
}

/** So many are read at once: a server takes a parameter of 128 KiB at most, and ids of accounts may be long. */
const AT_ONCE = 200;

/** Statements of a period in the order of their heads: drafts with what would stand on them now, documents as they were issued. */
export async function readStatements(deps: Deps, period: string, heads: readonly Head[]): Promise<Statement[]> {
  const found: Statement[] = [];
  for (let from = 0; from < heads.length; from += AT_ONCE)
    found.push(...(await readSome(deps, period, heads.slice(from, from + AT_ONCE))));
  return found;
}

async function readSome(deps: Deps, period: string, heads: readonly Head[]): Promise<Statement[]> {
  const drafts = heads.filter(({ is_draft }) => is_draft === 1);
  const issued = heads.filter(({ is_draft }) => is_draft === 0);
  const found = [
    ...(drafts.length === 0 ? [] : await readDrafts(deps, period, drafts)),
    ...(issued.length === 0 ? [] : await readIssued(deps, period, issued)),
  ];
  const byId = new Map(found.map((statement) => [statement.id, statement]));
  return heads.flatMap(({ id }) => byId.get(id) ?? []);
}

async function readDrafts({ store, profiles }: Deps, period: string, heads: readonly Head[]): Promise<Statement[]> {
  const payers = [...new Set(heads.map(({ payer_account_id }) => payer_account_id))];
  const place = { period, ids: heads.map(({ id }) => id), payers };
  const rates = layRates((await profiles.taxRates.list()).map(bare));
  const tax_rates = formatRates(rates);
  const lines = grouped(await selectDraftLines(store.read, { ...place, tax_rates }));
  const taxes = grouped(
    rates.length === 0 ? [] : await selectDraftTaxes(store.read, { ...place, tax_rates, ...coins }),
  );
  const issuers = (await profiles.issuers.list()).map(bare);
  const customers = new Map((await profiles.billing.list(payers)).map((entry) => [entry.account_id, bare(entry)]));
  return heads.flatMap((head) => {
    const own = lines.get(head.id);
    // rated otherwise, or issued, since the list was made
    if (own === undefined) return [];
    const customer = customers.get(head.payer_account_id) ?? null;
    const wanted = customer === null || customer.issuer_id === "" ? defaultIssuer(issuers) : customer.issuer_id;
    const issuer = issuers.find(({ id }) => id === wanted) ?? null;
    const none = { number: null, issued_on: null, due_on: null, reverses: null, replaces: null, void_by: null };
    const final = { written_off: null, overrides: [] };
    const { id, payer_account_id, currency } = head;
    const of = {
      id,
      kind: "statement" as const,
      payer_account_id,
      period,
      currency,
      state: "draft" as const,
      ...none,
      ...final,
    };
    return [toStatement({ ...of, issuer, customer }, { lines: own, taxes: taxes.get(id) ?? [], credits: [] })];
  });
}

async function readIssued({ store, profiles }: Deps, period: string, heads: readonly Head[]): Promise<Statement[]> {
  const ids = heads.map(({ id }) => id);
  const payers = [...new Set(heads.map(({ payer_account_id }) => payer_account_id))];
  const documents = await selectDocuments(store.read, { period, ids });
  const lines = grouped(await selectFinalLines(store.read, { period, ids, payers }));
  const taxes = grouped(await selectFinalTaxes(store.read, { ids }));
  const credits = grouped(await selectCredits(store.read, { ids }));
  const paid = new Map((await selectPaid(store.read, { ids, payers })).map((row) => [row.id, row]));
  const logos = await readLogos(profiles, documents);
  return documents.map((row) => {
    const { id, kind, payer_account_id, currency } = row;
    const own = {
      lines: lines.get(id) ?? [],
      taxes: taxes.get(id) ?? [],
      credits: credits.get(id) ?? [],
      money: paid.get(id),
    };
    const statement = toStatement(
      {
        id,
        number: row.number,
        kind,
        payer_account_id,
        period,
        currency,
        state: row.void_by === "" ? "final" : "void",
        issued_on: row.issued_on,
        due_on: orNull(row.due_on),
        reverses: orNull(row.reverses),
        replaces: orNull(row.replaces),
        void_by: orNull(row.void_by),
        written_off: row.off_by === "" ? null : { at: formatMs(row.off_ms), by: row.off_by, reason: row.off_reason },
        overrides: row.overrides.map((text) => {
          const [finding = "", ...reason] = text.split(": ");
          return { finding, reason: reason.join(": ") };
        }),
        issuer:
          row.issuer === "" ? null : { ...(JSON.parse(row.issuer) as Issuer), logo: logos.get(nameOf(row)) ?? "" },
        customer: row.customer === "" ? null : (JSON.parse(row.customer) as Profile),
      },
      own,
    );
    const decimals = minorUnit(currency);
    const same =
      formatFixed(dec(row.net), decimals) === statement.net &&
      formatFixed(dec(row.total), decimals) === statement.total;
    assert(same, `the lines and taxes of document ${id} are what it was issued with`);
    return statement;
  });
}

/** The logo of each version of an issuer that documents name: it is kept once, not with each of them. */
async function readLogos(profiles: Profiles, documents: readonly DocumentRow[]): Promise<Map<string, string>> {
  const named = new Map(documents.filter(({ issuer }) => issuer !== "").map((row) => [nameOf(row), row]));
  const logos = new Map<string, string>();
  for (const [name, { issuer_id, issuer_version }] of named)
    logos.set(name, (await profiles.issuers.version(issuer_id, issuer_version))?.logo ?? "");
  return logos;
}

function nameOf({ issuer_id, issuer_version }: DocumentRow): string {
  return `${issuer_id}@${issuer_version}`;
}

type Heading = Omit<
  Statement,
  "lines" | "net" | "taxes" | "total" | "credits_applied" | "credits" | "payable" | "paid" | "open" | "notes"
>;

function toStatement(
  head: Heading,
  rows: {
    lines: readonly LineRow[];
    taxes: readonly TaxRow[];
    credits: readonly CreditRow[];
    money?: { paid: string; open: string } | undefined;
  },
): Statement {
  const decimals = minorUnit(head.currency);
  const money = (amount: Dec): string => formatFixed(amount, decimals);
  const lines = rows.lines.map((row): StatementLine => ({
    ...toLine(row, decimals),
    tax_rate_id: orNull(row.tax_rate_id),
  }));
  const net = sumOf(rows.lines);
  const total = net.plus(sumOf(rows.taxes));
  const applied = sumOf(rows.credits);
  const notes = [...rows.taxes.map(({ reason }) => reason), head.issuer?.notes ?? ""].filter((note) => note !== "");
  return {
    ...head,
    lines,
    net: money(net),
    taxes: rows.taxes.map(({ id: _id, percent, ...tax }) => ({
      ...tax,
      rate: formatDecimal(dec(percent)),
      net: money(dec(tax.net)),
      amount: money(dec(tax.amount)),
    })),
    total: money(total),
    credits_applied: money(applied),
    credits: rows.credits.map(({ credit_id, amount }) => ({ credit_id, amount: money(dec(amount)) })),
    payable: money(total.minus(applied)),
    paid: money(dec(rows.money?.paid ?? "0")),
    open: money(dec(rows.money?.open ?? "0")),
    notes: [...new Set(notes)],
  };
}

function sumOf(rows: readonly { amount: string }[]): Dec {
  return rows.reduce((sum, { amount }) => sum.plus(dec(amount)), new Dec(0));
}

function grouped<T extends { id: string }>(rows: readonly T[]): Map<string, T[]> {
  const byId = new Map<string, T[]>();
  for (const row of rows) {
    const known = byId.get(row.id);
    if (known === undefined) byId.set(row.id, [row]);
    else known.push(row);
  }
  return byId;
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
