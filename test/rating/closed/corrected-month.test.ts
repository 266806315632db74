import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { pricingWithCard, type Statement } from "../../../rating/index.ts";
import { renderExplanation } from "../../../api/cli/render-explanation.ts";
import { csvLines } from "../../../rating/index.ts";
import { closeEverything } from "../../aggregate/closing-month.ts";
import { at } from "../../at.ts";
import { openPipeline, type Pipeline } from "../../pipeline.ts";

const vm = { account_id: "acme", account: "acme", domain: "ROOT", zone: "z1", resource: "vm-1", offering: "small" };
const message = (id: string, type: string, time: string): Record<string, unknown> => ({
  specversion: "1.0",
  source: "cloud/z1",
  id,
  type,
  time,
  data: vm,
});
let pipeline: Pipeline;
let statement: Statement;

/** October: a VM that ran from 1 to 5 October, 96 hours; heard late, when October was closed: it went on for six hours more. */
beforeAll(async () => {
  pipeline = await openPipeline(at("2026-11-10T00:00:00Z"));
  const system = pipeline.system();
  await system.accounts.put(
    { account_id: "acme", name: "acme", time_zone: "UTC", currency: "EUR", payer_account_id: "acme" },
    { by: "test" },
  );
  const tiers = [
    { up_to: "100", rate: "0.10" },
    { up_to: null, rate: "0.05" },
  ];
  const common = { currency: "EUR", unit: "hour" } as const;
  await system.rateCards.put(
    "default",
    {
      name: "List",
      currency: "EUR",
      tariffs: [
        { ...common, tariff_id: "vm", name: "VM", usage_type: 1, model: "graduated", tiers },
        { ...common, tariff_id: "kept", name: "Kept", usage_type: 2, model: "per_unit", rate: "0" },
      ],
      charges: [{ charge_id: "rebate", name: "Rebate", kind: "discount_percent", percent: "10" }],
    },
    "test",
  );
  await pipeline.send([
    message("create", "VM.CREATE", "2026-10-01T00:00:00Z"),
    message("start", "VM.START", "2026-10-01T00:00:00Z"),
    message("stop", "VM.STOP", "2026-10-05T00:00:00Z"),
    message("destroy", "VM.DESTROY", "2026-10-20T00:00:00Z"),
  ]);
  await pipeline.aggregate(at("2026-11-02T00:00:00Z"));
  await system.rate({ period: "2026-10" });
  await closeEverything(system, ["2026-10"]);
  await pipeline.send([
    message("late-start", "VM.START", "2026-10-05T06:00:00Z"),
    message("late-stop", "VM.STOP", "2026-10-05T12:00:00Z"),
  ]);
  await pipeline.aggregate(at("2026-11-03T00:00:00Z"));
  await system.rate({ period: "2026-10" });
  await system.rate({ period: "2026-11" });
  const [found] = await system.statements.list({ period: "2026-11", limit: 10 });
  if (found === undefined) throw new Error("November has no statement");
  statement = found;
}, 240_000);
afterAll(() => pipeline.close());
// it rates closed months, four times over
vi.setConfig({ testTimeout: 240_000 });

const page = { records: 10, slices: 10 };

test("six hours heard late are billed in November at October's tiers, and October's own statement stays as it was", async () => {
  const [october] = await pipeline.system().statements.list({ period: "2026-10", limit: 10 });
  // 96 h at 0.10, less a tenth
  expect(october?.net).toBe("8.64");
  // 4 h at 0.10, 2 h at 0.05, less a tenth of each
  const told = statement.lines.map(({ kind, adjusts, quantity, amount }) => [kind, adjusts?.line, quantity, amount]);
  expect(told).toEqual([
    ["adjustment", 1, "4.000000000", "0.40"],
    ["adjustment", 3, "0.000000000", "-0.04"],
    ["adjustment", null, "2.000000000", "0.10"],
    ["adjustment", null, "1.000000000", "-0.01"],
  ]);
  expect(statement.net).toBe("0.45");
  const named = statement.lines.map(({ adjusts }) => [adjusts?.period, adjusts?.statement_id]);
  expect(new Set(named.flat())).toEqual(new Set(["2026-10", october?.id]));
});

test("P11: a correction is followed back to the line it corrects, the record that changed and the late events", async () => {
  const { explanations } = pipeline.system();
  const found = await explanations.line({ statement_id: statement.id, line: 1 }, page);
  const { line, adjustment, records, prices, run, more_records, account } = found?.explanation ?? {};
  expect([line?.kind, line?.amount, line?.adjusts?.line]).toEqual(["adjustment", "0.40", 1]);
  expect(account?.month).toEqual({ start: "2026-10-01T00:00:00.000Z", end: "2026-11-01T00:00:00.000Z" });
  expect(adjustment).toMatchObject({
    period: "2026-10",
    billed_up_to: "2026-10",
    original: { line: 1, quantity: "96.000000000", amount: "9.60" },
    billed: { line: 1, amount: "9.60" },
    restated: { quantity: "100.000000000", amount: "10.00" },
    // One more day of use: of its six hours the first four still are in the first tier.
    records: [{ resource: "vm-1", billed: null, restated: { quantity: "14400000", amount: "0.400000000" } }],
    late_usage: [
      { resource: "vm-1", quantity: "21600000", published: [{ id: expect.stringMatching(/^ua_/) as unknown }] },
    ],
    more_late_usage: "0",
  });
  expect(prices?.map(({ tariff }) => tariff.tariff_id)).toEqual(["vm"]);
  expect(more_records).toBe("0");
  expect(run?.kind).toBe("rate");
  // The record is shown as it is now, with the slice that came late and the two events that made it.
  expect(records?.map(({ amount, usage_record }) => [amount, usage_record.quantity])).toEqual([
    ["0.400000000", "21600000"],
  ]);
  const events = records?.flatMap(({ slices }) =>
    slices.shown.flatMap(({ opened, closed }) => [opened.id, closed?.id]),
  );
  expect(events).toEqual(["late-start", "late-stop"]);
  const late = adjustment?.late_usage[0]?.published[0];
  const query = `SELECT run_id FROM run WHERE kind = 'aggregate' AND state = 'published' ORDER BY run_seq DESC LIMIT 1`;
  const rows = await pipeline.store.read.query({ query, format: "JSONEachRow" });
  const [row] = await rows.json<{ run_id: string }>();
  expect(late?.run_id).toBe(row?.run_id);
});

test("on the command line and in the CSV a correction names the original, and says what became of each record by which late fact", async () => {
  const system = pipeline.system();
  const found = await system.explanations.line({ statement_id: statement.id, line: 1 }, page);
  if (found === null) throw new Error("the line is not there");
  const text = renderExplanation({ ...found.explanation, next_cursor: null }, system.usageTypes.list());
  expect(text).toContain(`Corrects 2026-10, statement ${statement.lines[0]?.adjusts?.statement_id ?? ""}\n`);
  expect(text).toContain("  as it was closed: line 1: 96 hours = 9.60 (9.600000000)\n");
  expect(text).toMatch(/  as it is: line \d: 100 hours = 10.00 \(10.000000000\)\n/);
  expect(text).toMatch(/Late {4}\+21600000 of acme vm-1, .* by ua_[0-9a-f]{32} of run_/);
  expect(text).toMatch(/Record {2}ur_[0-9a-f]{32} vm-1 .*: nothing → 14400000 = 0.400000000\n/);
  const [heading = "", first = "", , third = ""] = [...csvLines([statement], (id) => id)];
  expect(heading.trimEnd().split(",").slice(-3)).toEqual(["adjusts_period", "adjusts_statement_id", "adjusts_line"]);
  expect(first.trimEnd().split(",").slice(-3)).toEqual(["2026-10", statement.lines[0]?.adjusts?.statement_id, "1"]);
  expect(third.trimEnd().split(",").slice(-3, -2)).toEqual(["2026-10"]);
  expect(third.trimEnd().endsWith(",")).toBe(true);
});

test("a correction of a charge is explained by what the charge came to before and after, and the late facts of its account", async () => {
  const { explanations } = pipeline.system();
  const found = await explanations.line({ statement_id: statement.id, line: 2 }, page);
  const { adjustment, charge, records } = found?.explanation ?? {};
  expect(charge).toMatchObject({ charge_id: "rebate", percent: "10" });
  expect(records).toEqual([]);
  expect(adjustment).toMatchObject({
    original: { line: 3, kind: "discount_percent", amount: "-0.96", charge: { base: "9.600000000" } },
    restated: { amount: "-1.00", charge: { base: "10.000000000" } },
    late_usage: [{ resource: "vm-1", usage_type: 1 }],
  });
});

test("a line of a closed month is explained by the usage that counted when it was closed", async () => {
  const system = pipeline.system();
  const [october] = await system.statements.list({ period: "2026-10", limit: 10 });
  const found = await system.explanations.line({ statement_id: october?.id ?? "", line: 1 }, page);
  const { records, usage_run } = found?.explanation ?? {};
  expect(records?.map(({ usage_record }) => usage_record.quantity)).toEqual(
    Array.from({ length: 4 }, () => "86400000"),
  );
  expect(usage_run?.kind).toBe("close");
  const charge = await system.explanations.line({ statement_id: october?.id ?? "", line: 3 }, page);
  expect([charge?.explanation.charge?.charge_id, charge?.explanation.usage_run?.kind]).toEqual(["rebate", "close"]);
});

test("a dry run of a month with corrections comes to the same, and leaves no rows", async () => {
  const system = pipeline.system();
  const count = async (): Promise<unknown[]> =>
    (
      await pipeline.store.read.query({
        query: `SELECT * FROM (
          SELECT 'lines' AS kept, period, run_seq, count() AS rows FROM statement_line GROUP BY period, run_seq
          UNION ALL SELECT 'records', period, run_seq, count() FROM billing_record GROUP BY period, run_seq
          UNION ALL SELECT 'accounts', period, run_seq, count() FROM rating_account GROUP BY period, run_seq
        ) ORDER BY kept, period, run_seq`,
        format: "JSONEachRow",
      })
    ).json();
  const before = await count();
  const { totals } = await system.rate({ period: "2026-11", dry_run: true });
  expect(totals).toEqual([expect.objectContaining({ currency: "EUR", amount: "0.450000000", lines: "4" })]);
  expect(await count()).toEqual(before);
});

test("corrections are no part of a forecast, of their month or of the closed one, and none of what budgets are held against", async () => {
  const system = pipeline.system();
  const thresholds = (["actual", "forecast"] as const).map((of) => ({ percent: "1", of }));
  const budget = { budget_id: "b", payer_account_id: "acme", currency: "EUR", amount: "1.00", thresholds };
  await system.budgets.put(budget, { by: "test" });
  await system.rate({ period: "2026-11", force: true });
  // November is 0.45 of corrections and nothing of its own.
  expect(await system.budgets.notices({ budget_id: "b", period: "2026-11", after: null, limit: 10 })).toEqual([]);
  const november = await system.forecast({ period: "2026-11" });
  expect([november.payers, november.accounts]).toEqual([[], []]);
  expect(november.assumptions.corrections).toContain("no part");
  const october = await system.forecast({ period: "2026-10" });
  expect(october.payers).toEqual([{ payer_account_id: "acme", currency: "EUR", so_far: "8.64", forecast: "8.64" }]);
  await system.budgets.remove("b", { by: "test" });
});

test("a preview of a closed month is of what was used when it was closed, at the prices asked for", async () => {
  const system = pipeline.system();
  const common = { currency: "EUR", unit: "hour", usage_type: 1, model: "per_unit" } as const;
  const card = system.rateCards.read(
    "asked",
    { name: "Asked", currency: "EUR", tariffs: [{ ...common, tariff_id: "vm", name: "VM", rate: "0.20" }] },
    "test",
  );
  const pricing = pricingWithCard(await system.rateCards.versions(), card, null);
  const found = await system.previewRates({ period: "2026-10", pricing, accounts: [] });
  // 96 h at 0.20; the six hours that came late are November's to correct.
  expect(found.totals).toEqual([{ currency: "EUR", rated: "8.64", preview: "19.20", difference: "10.56" }]);
  // Of November, that has corrections alone, there is nothing to preview.
  expect((await system.previewRates({ period: "2026-11", pricing, accounts: [] })).accounts).toEqual([]);
});

test("closed in its turn, November keeps its corrections, and what comes later is December's", async () => {
  const system = pipeline.system();
  pipeline.clock.set(at("2026-12-10T00:00:00Z"));
  await pipeline.aggregate(at("2026-12-02T00:00:00Z"));
  await closeEverything(system, ["2026-11"]);
  await pipeline.send([
    message("later-start", "VM.START", "2026-10-06T00:00:00Z"),
    message("later-stop", "VM.STOP", "2026-10-06T10:00:00Z"),
  ]);
  await pipeline.aggregate(at("2026-12-03T00:00:00Z"));
  for (const period of ["2026-12", "2026-11", "2026-10"]) await system.rate({ period });
  expect(await system.statements.list({ period: "2026-11", limit: 10 })).toEqual([statement]);
  const [december] = await system.statements.list({ period: "2026-12", limit: 10 });
  // 10 h at 0.05, less a tenth; November billed the second tier first, so October's own statement has no such line.
  expect(december?.lines.map(({ adjusts, amount }) => [adjusts?.period, adjusts?.line, amount])).toEqual([
    ["2026-10", null, "0.50"],
    ["2026-10", null, "-0.05"],
  ]);
});

test("a month with corrections that is rated again for a reason tells what its bill came to otherwise, though no record of its own did", async () => {
  const system = pipeline.system();
  await pipeline.send([
    message("last-start", "VM.START", "2026-10-07T00:00:00Z"),
    message("last-stop", "VM.STOP", "2026-10-07T10:00:00Z"),
  ]);
  await pipeline.aggregate(at("2026-12-04T00:00:00Z"));
  const { run } = await system.rate({ period: "2026-12", reason: "heard of at last", asked_by: "Ada" });
  // 0.50 less a tenth of it is 0.45; 10 h more at 0.05 are as much again.
  const asked = { account_ids: [], after: null, limit: 10 };
  expect(await system.ratingDifferences.accounts(run, asked)).toEqual([
    expect.objectContaining({
      account_id: "acme",
      before: "0.45",
      after: "0.90",
      difference: "0.45",
      lines_changed: "2",
    }),
  ]);
  expect(await system.ratingDifferences.records(run, asked)).toEqual([]);
});

test("what is heard late and not published yet is in no forecast of the closed month", async () => {
  await pipeline.send([
    message("pending-start", "VM.START", "2026-10-08T00:00:00Z"),
    message("pending-stop", "VM.STOP", "2026-10-08T10:00:00Z"),
  ]);
  const { payers } = await pipeline.system().forecast({ period: "2026-10" });
  expect(payers).toEqual([{ payer_account_id: "acme", currency: "EUR", so_far: "8.64", forecast: "8.64" }]);
});
