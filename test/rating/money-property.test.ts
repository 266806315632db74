// Random use, late facts, prices, charges, taxes, credits, closings, documents taken back: billing records, lines, net, ledger and every export say
// the same to the last digit. (That what was billed with its corrections is the whole rated in one go: closed/closed-property.test.ts.)
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Dec, dec, formatFixed } from "../../core/decimal.ts";
import { silentLog } from "../../core/log.ts";
import { createAccounts } from "../../core/accounts.ts";
import {
  bookDocuments,
  createCredits,
  createExports,
  drawCredits,
  type ExportInput,
  type Exports,
  type Statement,
} from "../../rating/index.ts";
import { propertyRuns } from "../property/property-runs.ts";
import { type FinalizingStore, openFinalizingStore } from "./finalize/finalizing-store.ts";
import { livesOf, liveMonths, months, payerOf } from "./finalize/random-lives.ts";

const PAYERS = propertyRuns({ byDefault: 16, share: 0.1 });
const lives = livesOf(PAYERS, 20261121);
type Row = Readonly<Record<string, string | null>>;

let on: FinalizingStore;
let exports: Exports;
let documents: Statement[];
beforeAll(async () => {
  on = await openFinalizingStore();
  const { store, clock, usageTypes, ledger } = on;
  on.steps.push(drawCredits({ store, ledger }), bookDocuments({ store, clock, ledger }));
  const accounts = createAccounts({ store, clock });
  const credits = createCredits({ store, clock, accounts });
  await liveMonths(on, lives, async () => {
    for (const [index, { currency }] of lives.entries()) {
      if (index % 2 === 0) continue;
      const grant = {
        credit_id: `credit-${index}`,
        payer_account_id: payerOf(index),
        currency,
        amount: String(index * 3),
      };
      await credits.grant({ ...grant, kind: "promotion", from: null, expires: null }, "test");
    }
  });
  const settings = async () => ({ default_zone: "Europe/Amsterdam", provider: "Tally", service_categories: "" });
  exports = createExports({ store, usageTypes, clock, log: silentLog, settings });
  const found = await Promise.all(months.map((period) => on.statements.list({ period, limit: 1000 })));
  documents = found.flat();
}, 600_000);
afterAll(() => on.close());

const sum = (amounts: Iterable<string | null | undefined>): Dec =>
  [...amounts].reduce((total, amount) => total.plus(dec(amount ?? "0")), new Dec(0));
async function rowsOf(input: Omit<ExportInput, "format">): Promise<Row[]> {
  const done = await (await exports.begin({ ...input, format: "ndjson" }, "test")).done;
  expect(done).toMatchObject({ state: "complete", error: null });
  const { path } = await exports.file(done.id);
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
}
function by(rows: readonly Row[], key: string, of: string): Map<string, string> {
  const sums = new Map<string, Dec>();
  for (const row of rows)
    sums.set(String(row[key]), (sums.get(String(row[key])) ?? new Dec(0)).plus(dec(row[of] ?? "0")));
  return new Map([...sums].map(([name, total]) => [name, formatFixed(total, 9)]));
}
const each = (read: (one: Statement) => string): Map<string, string> =>
  new Map(documents.map((one) => [one.id, formatFixed(dec(read(one)), 9)]));

test("the month had credits, taxes, corrections, and documents taken back and issued again", () => {
  expect(documents.some(({ credits_applied }) => !dec(credits_applied).isZero())).toBe(true);
  expect(documents.some(({ taxes }) => taxes.length > 1)).toBe(true);
  expect(documents.some(({ lines }) => lines.some(({ kind }) => kind === "adjustment"))).toBe(true);
  expect(documents.some(({ replaces }) => replaces !== null)).toBe(true);
  expect(documents.filter(({ state }) => state === "draft")).toEqual([]);
});

/** Credit notes and what is issued again stand in the month they were issued in, so all months together have each document once. */
async function rowsOfAll(input: Omit<ExportInput, "format" | "period">): Promise<Row[]> {
  const rows: Row[] = [];
  for (const period of months) rows.push(...(await rowsOf({ ...input, period })));
  return rows;
}

test("rows of bills add up to the net of each document, FOCUS rows of each version to what is payable", async () => {
  expect(by(await rowsOfAll({ kind: "billing" }), "statement_id", "amount")).toEqual(each(({ net }) => net));
  for (const focus_version of ["1.2", "1.3", "1.4"] as const) {
    const rows = await rowsOfAll({ kind: "focus", options: { focus_version } });
    expect(by(rows, "x_StatementId", "BilledCost")).toEqual(each(({ payable }) => payable));
  }
}, 120_000);

test("lines, taxes and credits are what documents say they come to", () => {
  for (const { lines, taxes, net, total, credits_applied, credits, payable } of documents) {
    expect(sum(lines.map(({ amount }) => amount)).equals(dec(net))).toBe(true);
    expect(sum([net, ...taxes.map(({ amount }) => amount)]).equals(dec(total))).toBe(true);
    expect(sum(credits.map(({ amount }) => amount)).equals(dec(credits_applied))).toBe(true);
    expect(dec(total).minus(dec(credits_applied)).equals(dec(payable))).toBe(true);
  }
});

test("the ledger says of each payer what his documents say: postings are balanced, nothing is left unbilled, taxes and use are all booked", async () => {
  const entries = await on.rows<Row>(
    "SELECT posting_id, ledger_account, payer_account_id, toString(amount) AS amount, concat(posting_id, currency) AS posting FROM ledger",
  );
  for (const balance of by(entries, "posting", "amount").values()) expect(balance).toBe("0.000000000");
  for (const [index] of lives.entries()) {
    const payer = payerOf(index);
    const own = entries.filter(({ payer_account_id }) => payer_account_id === payer);
    const billed = documents.filter(({ payer_account_id }) => payer_account_id === payer);
    const booked = (account: string): Dec =>
      sum(own.filter(({ ledger_account }) => ledger_account === account).map(({ amount }) => amount));
    expect(formatFixed(booked("unbilled"), 9)).toBe("0.000000000");
    expect(
      booked("revenue")
        .plus(sum(billed.map(({ net }) => net)))
        .isZero(),
      payer,
    ).toBe(true);
    const taxes = billed.flatMap(({ taxes: all }) => all.map(({ amount }) => amount));
    expect(booked("tax_payable").plus(sum(taxes)).isZero(), payer).toBe(true);
    expect(booked("receivable").equals(sum(billed.map(({ payable }) => payable))), payer).toBe(true);
  }
  const booked = await on.rows<{ period: string }>(
    "SELECT DISTINCT formatDateTime(booked_at, '%Y-%m', 'Europe/Amsterdam') AS period FROM ledger",
  );
  const journal: Row[] = [];
  for (const { period } of booked) journal.push(...(await rowsOf({ kind: "journal", period })));
  expect(journal.length).toBe(entries.length);
  expect(sum(journal.map(({ debit }) => debit)).equals(sum(journal.map(({ credit }) => credit)))).toBe(true);
  const ofMonths = journal.filter(({ ledger_account }) => ledger_account === "revenue");
  expect(
    sum(ofMonths.map(({ amount }) => amount))
      .plus(sum(documents.map(({ net }) => net)))
      .isZero(),
  ).toBe(true);
});
