// FOCUS rows of a month with every usage type, corrections, credits, taxes and two currencies, looked at by checks of our own.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Dec, dec, formatDecimal } from "../../../core/decimal.ts";
import type { Export } from "../../../rating/index.ts";
import { openSeededMonth, type SeededMonth } from "./seeded-month.ts";
import { type FocusRow, strictFaults, strictFaultsBetween } from "./strict.ts";

let on: SeededMonth;
let draft: FocusRow[];
let final: FocusRow[];
let files: Export;

async function rowsOf(found: Export, role = "data"): Promise<FocusRow[]> {
  expect(found).toMatchObject({ state: "complete", error: null });
  const name = found.files.find((file) => file.role === role)?.name;
  const { path } = await on.exports.file(found.id, name);
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const row = JSON.parse(line) as Record<string, string | number | null>;
      return Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]),
      );
    });
}
const exported = async (focus_version: "1.2" | "1.3" | "1.4", period = "2026-11"): Promise<Export> =>
  (await on.exports.begin({ kind: "focus", period, format: "ndjson", options: { focus_version } }, "test")).done;
const sum = (rows: readonly FocusRow[], column = "BilledCost"): string =>
  formatDecimal(rows.reduce((all, row) => all.plus(dec(row[column] ?? "0")), new Dec(0)));
const of = (rows: readonly FocusRow[], values: FocusRow): FocusRow[] =>
  rows.filter((row) => Object.entries(values).every(([key, value]) => row[key] === value));

beforeAll(async () => {
  on = await openSeededMonth();
  draft = await rowsOf(await exported("1.4"));
  const done = await on.finalizeNovember();
  if (done.refused.length > 0) throw new Error(`November stays a draft: ${JSON.stringify(done.refused)}`);
  files = await exported("1.4");
  final = await rowsOf(files);
}, 300_000);
afterAll(() => on.close());

test("no row breaks a rule, alone or beside others", () => {
  for (const rows of [draft, final]) {
    expect(rows.flatMap((row) => strictFaults(row).map((fault) => `${fault} in ${JSON.stringify(row)}`))).toEqual([]);
    expect(strictFaultsBetween(rows)).toEqual([]);
  }
});

test("the checks find what is wrong", () => {
  const [row] = of(final, { ChargeCategory: "Usage", ChargeClass: null, x_UsageTypeId: "2", SubAccountId: "acme" });
  expect(row && strictFaults(row)).toEqual([]);
  const broken: FocusRow[] = [
    { ...row, ListCost: "1" },
    { ...row, ServiceCategory: "Cloud" },
    { ...row, SkuPriceId: null },
    { ...row, ChargePeriodEnd: "2026-11-01 00:00:00" },
    { ...row, Tags: '{"a":{"b":1}}' },
    { ...row, RegionName: null },
    { ...row, PricingUnit: "hours" },
    { ...row, ResourceName: "N/A" },
  ];
  for (const one of broken) expect(strictFaults(one)).not.toEqual([]);
  expect(strictFaultsBetween([row ?? {}, row ?? {}])).not.toEqual([]);
});

test("every usage type has rows under a service and an SKU of its own", () => {
  const types = on.usageTypes.list().map(({ usage_type }) => String(usage_type));
  expect(new Set(of(final, { ChargeCategory: "Usage", ChargeClass: null }).map((row) => row["x_UsageTypeId"]))).toEqual(
    new Set(types),
  );
  expect(new Set(final.flatMap((row) => row["SkuMeter"] ?? [])).size).toBe(types.length + 1);
});

test("rows of an invoice add up to what is payable, those of a draft to its net", async () => {
  const documents = [...(await on.of("2026-11", "acme")), ...(await on.of("2026-11", "kyoto"))];
  for (const { number, payable, payer_account_id, id } of documents) {
    expect([number, sum(of(final, { InvoiceId: number }))]).toEqual([number, formatDecimal(dec(payable))]);
    const later = of(draft, { BillingAccountId: payer_account_id, x_StatementId: id });
    expect(later.every((row) => row["InvoiceId"] === null && row["InvoiceDetailId"] === null)).toBe(true);
  }
  expect(documents.map(({ credits_applied }) => Number(credits_applied))).toContain(100);
});

test("tax and credits are rows of their own, and a draft has none", () => {
  expect(of(draft, { ChargeCategory: "Tax", ChargeClass: null })).toEqual([]);
  expect(of(final, { ChargeCategory: "Credit" }).map(({ BilledCost }) => BilledCost)).toEqual(["-100.000000000000"]);
  expect(of(final, { ChargeCategory: "Tax", ChargeClass: null }).length).toBeGreaterThan(0);
});

test("late use of a closed month is a correction in the open one, and names what it corrects", () => {
  const corrections = of(final, { ChargeCategory: "Usage", ChargeClass: "Correction", BillingAccountId: "acme" });
  expect(corrections.length).toBeGreaterThan(25);
  for (const row of corrections) {
    expect(row["ChargePeriodStart"]).toBe("2026-09-30T22:00:00Z");
    expect(row["BillingPeriodStart"]).toBe("2026-10-31T23:00:00Z");
    expect(row["x_CorrectedInvoiceId"]).toMatch(/^H2026-/);
    expect(Number(row["x_CorrectedQuantity"])).toBeGreaterThan(0);
  }
});

test("what takes an invoice back, and what replaces it, is billed in the month it was issued in and charged in the one it is of", async () => {
  const own = await on.of("2026-11", "kyoto");
  const taken = of(final, { ChargeClass: "Correction", BillingAccountId: "kyoto" }).filter((row) =>
    own.every(({ id }) => row["x_StatementId"] !== id),
  );
  const invoices = new Set(taken.map((row) => row["InvoiceId"]));
  expect(invoices.size).toBe(2);
  const spans = taken.map((row) =>
    [row["BillingPeriodStart"], row["ChargePeriodStart"], row["ChargePeriodEnd"]].join(" "),
  );
  expect([...new Set(spans)]).toEqual(["2026-10-31T23:00:00Z 2026-09-30T22:00:00Z 2026-10-31T23:00:00Z"]);
  expect(sum(taken)).toBe("0");
  const october = await rowsOf(await exported("1.4", "2026-10"));
  expect(new Set(of(october, { BillingAccountId: "kyoto" }).map((row) => row["InvoiceId"])).size).toBe(1);
});

test("a discount is in the price, a fee is a purchase, limits are adjustments, and a commitment names its contract", () => {
  const [use] = of(final, { ChargeCategory: "Usage", ChargeClass: null, x_UsageTypeId: "2", SubAccountId: "acme-dev" });
  // 7.5 % off, of a line in coins
  expect(Number(use?.["ContractedUnitPrice"]) / Number(use?.["ListUnitPrice"])).toBeCloseTo(0.925, 1);
  const fees = of(final, { ChargeCategory: "Purchase", ChargeClass: null, ChargeDescription: "Support" });
  expect(fees.length).toBe(4);
  expect(of(fees, { BillingCurrency: "EUR" })[0]).toMatchObject({
    ListCost: "25.000000000000",
    BilledCost: "23.120000000000",
    PricingUnit: "Months",
  });
  expect(of(final, { ChargeDescription: "Less", ChargeClass: null })).toEqual([]);
  const limits = final.filter((row) => row["ChargeDescription"] === "Deal" && row["ChargeClass"] === null);
  for (const row of limits)
    expect(row).toMatchObject({
      ChargeCategory: "Adjustment",
      ContractApplied: expect.stringContaining("ContractCommitmentId") as string,
    });
});

test("at most one row of a statement is for the rounding of its lines, and it is less than half a coin a line", () => {
  const rounding = of(final, { ChargeDescription: "Rounding of lines" });
  expect(new Set(rounding.map((row) => row["x_StatementId"])).size).toBe(rounding.length);
  for (const row of rounding) {
    const lines = new Set(
      of(final, { x_StatementId: row["x_StatementId"] ?? "", ChargeCategory: "Usage", ChargeClass: null }).map(
        (other) => other["x_StatementLine"],
      ),
    );
    const coin = row["BillingCurrency"] === "JPY" ? 1 : 0.01;
    expect(Math.abs(Number(row["BilledCost"]))).toBeLessThanOrEqual(lines.size * coin);
  }
});

test("tags are flat JSON: without a value true, a customer's that looks like ours marked as his", () => {
  const [row] = of(final, { ChargeCategory: "Usage", ChargeClass: null, x_UsageTypeId: "2", SubAccountId: "acme" });
  expect(JSON.parse(row?.["Tags"] ?? "{}")).toEqual({
    env: "prod",
    bare: true,
    "user:tallyhouse:own": "x",
    "tallyhouse:vm": "vm-9",
  });
});

test("invoice details add up to the rows they are of, and billing periods are closed once all is final", async () => {
  const details = await rowsOf(files, "invoice-detail");
  for (const detail of details) {
    const found = of(final, { InvoiceId: detail["InvoiceId"] ?? "", InvoiceDetailId: detail["InvoiceDetailId"] ?? "" });
    expect([detail["InvoiceDetailId"], sum(found)]).toEqual([
      detail["InvoiceDetailId"],
      formatDecimal(dec(detail["BilledCost"] ?? "0")),
    ]);
  }
  expect(details.length).toBe(new Set(final.map((row) => `${row["InvoiceId"]} ${row["InvoiceDetailId"]}`)).size);
  const [acme] = details.filter((detail) => detail["BillingAccountId"] === "acme");
  expect(acme).toMatchObject({
    PurchaseOrderNumber: "PO-7",
    PaymentTerms: "Net 14 days",
    InvoiceIssueStatus: "Issued",
  });
  const periods = await rowsOf(files, "billing-period");
  expect(periods).toMatchObject([
    {
      BillingPeriodStart: "2026-10-31T23:00:00Z",
      BillingPeriodStatus: "Closed",
      InvoiceIssuerName: "House of Cloud BV",
    },
  ]);
});

test("each version has its columns, and the metadata names every one of them with its type", async () => {
  for (const [version, count] of [
    ["1.2", 57],
    ["1.3", 65],
    ["1.4", 65],
  ] as const) {
    const found = await exported(version);
    const [row] = await rowsOf(found);
    const names = Object.keys(row ?? {});
    expect(names.filter((name) => !name.startsWith("x_")).length).toBe(count);
    const { path } = await on.exports.file(found.id, found.files.find(({ role }) => role === "metadata")?.name);
    const document = JSON.parse(readFileSync(path, "utf8")) as {
      Schema: { FocusVersion: string; ColumnDefinition: { ColumnName: string; DataType: string }[] }[];
    };
    expect(document.Schema[0]?.FocusVersion).toBe(version);
    expect(document.Schema[0]?.ColumnDefinition.map(({ ColumnName }) => ColumnName)).toEqual(names);
  }
});

test("packages are counted whole, though a package's price has more decimals than an amount", () => {
  const packages = of(final, { ChargeCategory: "Usage", ChargeClass: null, x_UsageTypeId: "21" });
  expect(packages.length).toBeGreaterThan(0);
  for (const row of packages) {
    expect(row["PricingUnit"]).toMatch(/^5000 /);
    expect(row["PricingQuantity"]).toMatch(/^\d+\.0+$/);
  }
});
