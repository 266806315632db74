// Journals of the ledger: by when entries were booked, and held to the ledger and to the documents of their month.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Export } from "../../../rating/index.ts";
import { closeEverything } from "../../aggregate/closing-month.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";
import { type Money, moneyOf } from "../ledger/money.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
let pipeline: Pipeline;
let money: Money;
let statement_id: string;
const by = { asked_by: "test", reason: "" };
const journal = async (period: string, format: "ndjson" | "csv" = "ndjson"): Promise<Export> =>
  (await pipeline.system().exports.begin({ kind: "journal", period, format }, "test")).done;
const textOf = async ({ id, error }: Export): Promise<string> => {
  expect(error).toBe(null);
  return readFileSync((await pipeline.system().exports.file(id)).path, "utf8");
};
const rowsOf = async (of: Export): Promise<Record<string, string | null>[]> =>
  (await textOf(of))
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string | null>);
const command = (query: string): Promise<unknown> => pipeline.store.run.command({ query });

/** A VM for 100 hours of October at 0.10 = 10.00, a flat 20 % of tax = 2.00; rated and made final on 4 November. Days are UTC's. */
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-09-20T00:00:00Z"));
  money = moneyOf(pipeline.system);
  const system = pipeline.system();
  await system.settings.set("usage.aggregation.timezone", "UTC", "test");
  await system.accounts.put({ account_id: "acme", name: "Acme" }, { by: "test" });
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" } as const;
  await system.rateCards.put("default", { name: "List", currency: "EUR", tariffs: [vm] }, "test");
  const rate = { name: "VAT", category: "S", percent: "20", valid_from: "2026-01-01" } as const;
  await system.profiles.taxRates.put({ id: "vat", ...rate }, { by: "test" });
  pipeline.clock.set(at("2026-11-04T00:00:00Z"));
  const event = (id: string, type: string, time: string) => ({
    specversion: "1.0",
    id,
    source: "s",
    type,
    time,
    data: { account_id: "acme", resource: "vm-1" },
  });
  await pipeline.send([
    event("e1", "VM.START", "2026-10-01T00:00:00Z"),
    event("e2", "VM.DESTROY", "2026-10-05T04:00:00Z"),
  ]);
  await pipeline.aggregate(pipeline.clock.now());
  await system.rate({ period: "2026-10" });
  await closeEverything(system, ["2026-10"]);
  await system.rate({ period: "2026-10", force: true });
  const overrides = ["no-issuer", "no-profile"].map((finding) => ({ finding, reason: "a test" }));
  await system.finalize({ ...by, period: "2026-10", overrides });
  statement_id = (await money.statements())[0]?.statement_id ?? "";
});
afterAll(() => pipeline.close());

test("an entry is in the journal of the month it was booked in, with the month it is of in a column of its own", async () => {
  expect(await rowsOf(await journal("2026-10"))).toEqual([]);
  const rows = await rowsOf(await journal("2026-11"));
  expect(
    rows.map((row) => [row["kind"], row["ledger_account"], row["debit"], row["credit"]].join(" ")).toSorted(),
  ).toEqual([
    "accrual revenue 0.000000000 10.000000000",
    "accrual unbilled 10.000000000 0.000000000",
    "statement receivable 12.000000000 0.000000000",
    "statement tax_payable 0.000000000 2.000000000",
    "statement unbilled 0.000000000 10.000000000",
  ]);
  for (const row of rows)
    expect([row["period"], row["usage_period"], row["payer_name"]]).toEqual(["2026-11", "2026-10", "Acme"]);
});

test("a month that is over gives the same bytes later, whatever is booked, taken back or renamed since", async () => {
  const before = await textOf(await journal("2026-11", "csv"));
  pipeline.clock.set(at("2026-12-02T00:00:00Z"));
  const system = pipeline.system();
  await money.pay("p", "5.00", { statement_id });
  await system.voidStatement({ ...by, id: statement_id });
  await system.accounts.put({ account_id: "acme", name: "Acme and sons" }, { by: "test" });
  expect(await textOf(await journal("2026-11", "csv"))).toBe(before);
  const kinds = (await rowsOf(await journal("2026-12"))).map(({ kind }) => kind);
  expect([...new Set(kinds.map(String))].toSorted()).toEqual(["allocation", "credit-note", "payment", "release"]);
});

test("a journal counts what was booked once, and not what a run booked that never counted", async () => {
  const entry = (run_seq: number, posting: string, place: number, amount: string): string =>
    `(${run_seq}, '${posting}', ${place}, 'payment', '${place === 0 ? "bank" : "receivable"}', 'acme', 'EUR', '', '', 'x', toDateTime64('2026-09-05 12:00:00', 3, 'UTC'), ${amount})`;
  const book = (entries: readonly string[]) =>
    command(
      `INSERT INTO ledger_entry (run_seq, posting_id, entry, kind, ledger_account, payer_account_id, currency, period, statement_id, reference, booked_at, amount) VALUES ${entries.join(",")}`,
    );
  await book([entry(0, "p1", 0, "12.50"), entry(0, "p1", 1, "-12.50")]);
  await book([entry(0, "p1", 0, "12.50"), entry(0, "p1", 1, "-12.50"), entry(999_999, "p2", 0, "1")]);
  const rows = await rowsOf(await journal("2026-09"));
  expect(rows.map(({ ledger_account, debit, credit }) => [ledger_account, debit, credit])).toEqual([
    ["bank", "12.500000000", "0.000000000"],
    ["receivable", "0.000000000", "12.500000000"],
  ]);
  await book([entry(0, "p3", 0, "0.01")]);
  const failed = await journal("2026-09", "csv");
  expect(failed.state).toBe("failed");
  expect(failed.error).toMatch(/1 postings in EUR do not sum to zero/);
});

test("a journal refuses to end when what is owed in it is not what the documents of its month say", async () => {
  // a statement that its ledger entries forgot by a coin on both sides: each posting is zero still
  await command(
    `ALTER TABLE ledger_entry UPDATE amount = amount + if(ledger_account = 'receivable', toDecimal128('-0.01', 9), toDecimal128('0.01', 9))
     WHERE kind = 'statement' AND ledger_account IN ('receivable', 'unbilled') SETTINGS mutations_sync = 2`,
  );
  const failed = await journal("2026-11");
  expect(failed.state).toBe("failed");
  expect(failed.error).toContain(`statement ${statement_id}`);
  expect(failed.error).toMatch(/payer acme in EUR.*a difference of -?0\.01/);
});
