import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExplainedPrice, ExplainedRecord, Explanation, RecordPlace } from "../../../rating/index.ts";
import { closeEverything } from "../../aggregate/closing-month.ts";
import { at } from "../../at.ts";
import type { Pipeline } from "../../pipeline.ts";
import { openExplainedMonth, sent } from "./explained-month.ts";
import { lineReconciles, recordReconciles } from "./reconcile.ts";

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await openExplainedMonth();
});
afterAll(() => pipeline.close());

const explanations = () => pipeline.system().explanations;

interface Whole {
  readonly explanation: Explanation;
  readonly records: readonly ExplainedRecord[];
  readonly prices: readonly ExplainedPrice[];
}

/** A line with all its records, page by page. */
async function explainLine(statement_id: string, line: number, most = 40): Promise<Whole> {
  const records: ExplainedRecord[] = [];
  const prices: ExplainedPrice[] = [];
  for (let after: RecordPlace | null = null; ;) {
    const page = { records: most, slices: 1000, ...(after === null ? {} : { after }) };
    const found = await explanations().line({ statement_id, line }, page);
    if (found === null) throw new Error(`line ${line} is not there`);
    const { explanation, next } = found;
    records.push(...explanation.records);
    prices.push(...explanation.prices);
    expect(Number(explanation.more_records)).toBe(Number(explanation.line.records) - explanation.records.length);
    if (next === null) return { explanation, records, prices };
    after = next;
  }
}

async function readStatement() {
  const [statement] = await pipeline.system().statements.list({ period: "2026-10", limit: 10 });
  if (statement === undefined) throw new Error("nothing was rated");
  return statement;
}

/** The line of a tariff (null: unrated) and tier; the first account's where there are several. */
async function lineOf(tariff_id: string | null, tier: number | null): Promise<{ id: string; line: number }> {
  const { id, lines } = await readStatement();
  const found = lines.find((line) => line.tariff_id === tariff_id && line.tier === tier);
  return { id, line: found?.line ?? 0 };
}

async function explainOf(tariff_id: string | null, tier: number | null): Promise<Whole> {
  const { id, line } = await lineOf(tariff_id, tier);
  return explainLine(id, line);
}

test("P11: every number of every line follows from what its explanation prints of the level below", async () => {
  const { id, lines } = await readStatement();
  const known = new Set(sent.map(({ source, id: name }) => `${source} ${name}`));
  for (const { line } of lines) {
    const { explanation, records, prices } = await explainLine(id, line);
    lineReconciles(explanation, records);
    for (const record of records) recordReconciles(record, { prices, known });
  }
  // Graduated, bands, matrix, two versions after each other, volume, package with an allowance, pool, and what nothing prices.
  expect(lines.map(({ account_id, tariff_id, tier }) => `${account_id} ${tariff_id} ${tier}`)).toEqual([
    ...[0, 1, 2].map((tier) => `acme vm-graduated ${tier}`),
    ...[0, 1].map((tier) => `acme vm-night ${tier}`),
    "acme null null",
    "acme allocated-zones 1",
    "acme ip-new 0",
    "acme ip-old 0",
    "acme traffic 1",
    ...[0, 1].map((tier) => `acme disk ${tier}`),
    "acme snapshots 0",
    "acme null null",
    "beta snapshots 0",
  ]);
});

test("pages of a line are the whole line, each record once", async () => {
  const { id, line } = await lineOf("vm-graduated", 2);
  const { records } = await explainLine(id, line);
  const paged = await explainLine(id, line, 5);
  expect(paged.records).toEqual(records);
  expect(new Set(records.map((record) => record.id)).size).toBe(records.length);
});

test("a billing record is explained by itself as it is in its line", async () => {
  const { explanation, records } = await explainOf("vm-graduated", 1);
  for (const record of records) {
    const alone = await explanations().record(record.id, { slices: 1000 });
    expect(alone?.records).toEqual([record]);
    expect(alone?.line).toEqual(explanation.line);
    expect(alone?.more_records).toBe((Number(explanation.line.records) - 1).toString());
  }
});

test("a record on a border of tiers says what it came to with its other tiers", async () => {
  const { records } = await explainOf("vm-graduated", 1);
  const [first] = records;
  // 100 hours × 3,600,000 ms: the tier begins inside the record.
  expect(first?.from_quantity).toBe("360000000");
  expect(first?.part_priced.tiers).toBe("2");
  expect(BigInt(first?.part_priced.from_quantity ?? 0)).toBeLessThan(360_000_000n);
});

test("a late fact shows as what the first run published, taken back, and what is there now", async () => {
  const { records } = await explainOf("vm-graduated", 1);
  const corrected = records.find(({ usage_record }) => usage_record.published.length > 1);
  // 7 October in Amsterdam was a whole day, 24 h = 86,400,000 ms; three hours of it were stopped: 21 h = 75,600,000 ms.
  expect(corrected?.usage_record.published.map(({ quantity }) => quantity)).toEqual([
    "86400000",
    "-86400000",
    "75600000",
  ]);
  const [first, taken, now] = corrected?.usage_record.published ?? [];
  expect(taken?.run_id).toBe(now?.run_id);
  expect(first?.run_id).not.toBe(now?.run_id);
  // Nights have a price of their own, so the day is priced in three parts; both stretches lie in the middle one.
  const parts = records.filter(({ usage_record_id }) => usage_record_id === corrected?.usage_record_id);
  expect(
    parts.map(({ slices }) => slices.shown.map(({ opened, closed }) => [opened.id, closed?.id ?? "goes on"])),
  ).toEqual([
    [["small-start-3", "goes on"]],
    [
      ["small-start-3", "small-stop-late"],
      ["small-start-late", "goes on"],
    ],
    [["small-start-late", "goes on"]],
  ]);
});

test("slices are bounded, and say how many more there are", async () => {
  const { records } = await explainOf("vm-graduated", 0);
  const several = records.find(({ slices }) => Number(slices.count) > 1);
  const few = await explanations().record(several?.id ?? "", { slices: 1 });
  expect(few?.records[0]?.slices).toEqual({
    ...several?.slices,
    shown: several?.slices.shown.slice(0, 1),
    more: (Number(several?.slices.count) - 1).toString(),
  });
});

test("what was split by a condition, a band or a matrix value names the price that took it", async () => {
  const night = await explainOf("vm-night", 1);
  expect(night.prices[0]?.curve.tiers).toMatchObject([{ label: "night", rate: "0.08" }]);
  expect(night.prices[0]?.tariff.condition).toBe('offering == "large"');
  expect(night.records.every(({ usage_record }) => usage_record.attributes["offering"] === "large")).toBe(true);
  const cut = night.records.filter(({ part_priced, usage_record }) => part_priced.end !== usage_record.window.end);
  expect(
    cut.map(({ part_priced }) => part_priced.end.slice(11, 16)),
    "nights end at six on the wall",
  ).toEqual(cut.map(({ part_priced }) => (part_priced.end < "2026-10-25T01:00:00.000Z" ? "04:00" : "05:00")));
});

test("unrated use names the tariffs that could have priced it, and why they did not is there to see", async () => {
  const { explanation, records } = await explainOf(null, null);
  expect(explanation.prices.map(({ tariff }) => tariff.matrix?.values)).toEqual([[{ value: "z1", rate: "0.001" }]]);
  expect(records.map(({ usage_record, amount }) => [usage_record.attributes["zone"], amount])).toEqual([
    ["z2", "0.000000000"],
  ]);
});

test("what was never rated has no explanation", async () => {
  const { id } = await readStatement();
  expect(await explanations().line({ statement_id: id, line: 99 }, { records: 1, slices: 1 })).toBeNull();
  expect(await explanations().line({ statement_id: "st_202610_0", line: 1 }, { records: 1, slices: 1 })).toBeNull();
  const [record] = (await explainOf("disk", 0)).records;
  const other = record?.id.replace(/_0_base$/, "_7_base") ?? "";
  expect(await explanations().record(other, { slices: 1 })).toBeNull();
  expect(await explanations().record("br_202610_x", { slices: 1 })).toBeNull();
  expect(await explanations().record(record?.id.replace(/_0_base$/, "_99999_base") ?? "", { slices: 1 })).toBeNull();
});

test("an explanation reads what it shows, not all there is", async () => {
  const { id, line } = await lineOf("disk", 1);
  const other = `concat('other-', toString(number))`;
  const others = { billing_record: "usage_record_id", usage_record: "shape", slice: "shape", event: "log_offset" };
  // Three hundred thousand rows like those of the explanation, of the same account, of other resources.
  for (const [table, number] of Object.entries(others))
    await pipeline.store.run.command({
      query: `INSERT INTO ${table} SELECT one.* REPLACE (${other} AS resource, 1000 + number AS ${number})
        FROM (SELECT * FROM ${table} WHERE account_id = 'acme' LIMIT 1) AS one, numbers(300000) AS many`,
    });
  const { read } = pipeline.store;
  const asked: Parameters<typeof read.query>[0][] = [];
  const query = read.query.bind(read);
  Object.assign(read, { query: (params: (typeof asked)[number]) => (asked.push(params), query(params)) });
  const found = await explanations().line({ statement_id: id, line }, { records: 3, slices: 10 });
  await explanations().record(found?.explanation.records[0]?.id ?? "", { slices: 10 });
  Object.assign(read, { query });
  const rows_read: Record<string, number> = {};
  for (const { clickhouse_settings, ...statement } of asked) {
    const result = await query({ ...statement, format: "JSON" });
    const { statistics } = (await result.json()) as { statistics?: { rows_read: number } };
    const name = String(clickhouse_settings?.["log_comment"]);
    rows_read[name] = Math.max(rows_read[name] ?? 0, statistics?.rows_read ?? Infinity);
  }
  // A block of an index is 8,192 rows; the filters over ids cover four of them.
  for (const [name, rows] of Object.entries(rows_read)) expect(rows, name).toBeLessThan(9 * 8192);
  expect(Object.keys(rows_read)).toHaveLength(11);
  for (const table of Object.keys(others))
    await pipeline.store.run.command({
      query: `ALTER TABLE ${table} DELETE WHERE startsWith(resource, 'other-') SETTINGS mutations_sync = 1`,
    });
});

test("another card, a closed period and archived events change nothing but where the events are", async () => {
  const { id, line } = await lineOf("vm-graduated", 0);
  const before = await explainLine(id, line);
  const system = pipeline.system();
  await system.rateCards.put("default", { name: "Other", currency: "EUR", tariffs: [] }, "test");
  expect(await explainLine(id, line), "a new price").toEqual(before);
  pipeline.clock.set(at("2026-12-20T00:00:00Z"));
  await pipeline.aggregate(at("2026-12-10T00:00:00Z"));
  await closeEverything(system, ["2026-09", "2026-10", "2026-11"]);
  expect(await explainLine(id, line), "a closed period").toEqual(before);
  await system.archive({ before: "2026-11", by: "test" });
  const after = await explainLine(id, line);
  const slicesOf = ({ records }: Whole) => records.flatMap(({ slices }) => slices.shown);
  const events = slicesOf(after).flatMap(({ opened, closed }) => [opened, ...(closed === null ? [] : [closed])]);
  const kept = slicesOf(before).flatMap(({ opened, closed }) => [opened, ...(closed === null ? [] : [closed])]);
  expect(events).toEqual(
    kept.map(({ at: when }) => ({
      at: when,
      source: null,
      id: null,
      type: null,
      position: null,
      amends: null,
      archive: { month: "2026-10", file: expect.stringMatching(/^events-2026-10-.*\.parquet$/) as unknown },
    })),
  );
  lineReconciles(after.explanation, after.records);
});
