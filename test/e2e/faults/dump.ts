import { writeFileSync } from "node:fs";
import { listUsageRecords, type UsageKey } from "../../../aggregate/index.ts";
import type { System } from "../../../api/system.ts";
import { instant } from "../../../core/instant.ts";
import { type BillingKey, type BillingRecord, type Statement } from "../../../rating/index.ts";
import { readTruth } from "../../pipeline.ts";
import type { History } from "../../property/history.ts";
import { canonicalLines } from "./canonical.ts";
import { type Course, periods } from "./course.ts";

/** What a store says in the end. Texts of `bill` are canonical lines; the rest proves that nothing is lost or there twice. */
export interface Dump {
  /** Published truth as the oracle writes it. */
  readonly truth: readonly string[];
  /** All that anybody outside is told: usage records with their ids, slices, billing records and statements, by kind. */
  readonly bill: readonly string[];
  /** "source id" of every event in the table, with how many rows it has and how many of them count. */
  readonly events: Readonly<Record<string, readonly [rows: number, counted: number]>>;
  /** Faults that no store may ever have, each said in words. */
  readonly faults: readonly string[];
  readonly runs: Readonly<Record<string, number>>;
}

const pageRows = 5_000;

/** Writes what `readDump` reads to a file. */
export async function writeDump(system: System, { history }: Course, file: string): Promise<void> {
  writeFileSync(file, JSON.stringify(await readDump(system, history)));
}

/** Reads all of it through the product's own readers, the checks from the tables. */
export async function readDump(system: System, until: Pick<History, "until_ms">): Promise<Dump> {
  const [usage, slices, billing, statements] = [
    await usageOf(system, until),
    await rowsOf(system, publishedSlices),
    await billingOf(system),
    await statementsOf(system),
  ];
  return {
    truth: canonicalLines(await readTruth(system)),
    bill: [
      ...canonicalLines(usage).map((line) => `usage ${line}`),
      ...canonicalLines(slices).map((line) => `slice ${line}`),
      ...billing.map((line) => `billing ${JSON.stringify(line)}`),
      ...statements.map((line) => `statement ${JSON.stringify(line)}`),
    ],
    events: await eventsOf(system),
    faults: await faultsOf(system),
    runs: await runsOf(system),
  };
}

async function usageOf(system: System, { until_ms }: Pick<History, "until_ms">): Promise<unknown[]> {
  const as_of = (await system.runs.latestPublished("aggregate"))?.seq ?? 0n;
  const everything = { account_ids: [], usage_types: [], resources: [] };
  const filter = { from: instant(0), to: instant(until_ms), ...everything };
  const found: unknown[] = [];
  for (let after: UsageKey | null = null; ;) {
    const page = await listUsageRecords(system, { filter, as_of, after, limit: pageRows });
    found.push(...page.records);
    after = page.last;
    if (page.records.length < pageRows) return found;
  }
}

async function billingOf({ billingRecords }: System): Promise<BillingRecord[]> {
  const found: BillingRecord[] = [];
  for (const period of periods) {
    let after: BillingKey | undefined;
    do {
      const page = await billingRecords.list({ period, limit: pageRows, ...(after === undefined ? {} : { after }) });
      found.push(...page.records);
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
  return found;
}

async function statementsOf({ statements }: System): Promise<Statement[]> {
  const found: Statement[] = [];
  for (const period of periods) found.push(...(await statements.list({ period, limit: 1_000 })));
  return found;
}

async function eventsOf(system: System): Promise<Dump["events"]> {
  const rows = await rowsOf<{ name: string; rows: string; counted: string }>(
    system,
    `SELECT concat(source, ' ', id) AS name, count() AS rows,
       countIf((log_partition, log_offset) NOT IN (SELECT log_partition, log_offset FROM event_excluded)) AS counted
     FROM event GROUP BY name`,
  );
  return Object.fromEntries(rows.map(({ name, rows: of, counted }) => [name, [Number(of), Number(counted)]]));
}

async function faultsOf(system: System): Promise<string[]> {
  const faults: string[] = [];
  for (const [what, query] of Object.entries(wrongs)) {
    const [row] = await rowsOf<{ n: string }>(system, `SELECT count() AS n FROM (${query})`);
    if (row?.n !== "0") faults.push(`${row?.n ?? "no answer"} ${what}`);
  }
  return faults;
}

async function runsOf(system: System): Promise<Record<string, number>> {
  const rows = await rowsOf<{ what: string; n: string }>(
    system,
    "SELECT concat(kind, ' ', state) AS what, count() AS n FROM current_run GROUP BY what ORDER BY what",
  );
  return Object.fromEntries(rows.map(({ what, n }) => [what, Number(n)]));
}

async function rowsOf<T>({ store }: Pick<System, "store">, query: string): Promise<T[]> {
  return (await store.read.query({ query, format: "JSONEachRow" })).json<T>();
}

const aggregated = "SELECT run_seq FROM run WHERE kind = 'aggregate' AND state = 'published'";
const rated = "SELECT run_seq FROM run WHERE kind = 'rate' AND state = 'published'";
const recordKey = "account_id, usage_type, resource, part, shape, window_start, window_end";
const sliceKey = `${recordKey}, from_at, to_at, opened_at, opened_by, closed_by`;

const publishedSlices = `SELECT ${sliceKey}, sum(quantity) AS quantity FROM slice
  WHERE run_seq IN (${aggregated}) GROUP BY ${sliceKey} HAVING sum(sign) != 0`;

/** Rows of these there must never be. */
const wrongs: Readonly<Record<string, string>> = {
  "keys are not there exactly once or not at all in the published truth": `SELECT 1 FROM usage_record WHERE run_seq IN (${aggregated}) GROUP BY ${recordKey} HAVING sum(sign) NOT IN (0, 1)`,
  "taken-back keys left something behind": `SELECT 1 FROM usage_record WHERE run_seq IN (${aggregated})
     GROUP BY ${recordKey} HAVING sum(sign) = 0 AND (sum(quantity), sum(slices)) != (0, 0)`,
  "slices are not there exactly once or not at all": `SELECT 1 FROM slice WHERE run_seq IN (${aggregated})
     GROUP BY ${sliceKey} HAVING sum(sign) NOT IN (0, 1)`,
  "records of several slices are not the sum of their slices": `SELECT 1 FROM (
       SELECT ${recordKey}, sum(usage_record.quantity) AS whole, sum(usage_record.slices) AS pieces
       FROM usage_record WHERE run_seq IN (${aggregated}) GROUP BY ${recordKey} HAVING pieces > 1
     ) AS record LEFT JOIN (
       SELECT ${recordKey}, sum(slice.quantity) AS parts, sum(sign) AS found
       FROM slice WHERE run_seq IN (${aggregated}) GROUP BY ${recordKey}
     ) AS sliced USING (${recordKey}) WHERE (whole, toInt64(pieces)) != (parts, found)`,
  "windows overlap another of their zone": `SELECT 1 FROM (
       SELECT time_zone, window_start, leadInFrame(window_start, 1, window_end)
         OVER (PARTITION BY time_zone ORDER BY window_start ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_start, window_end
       FROM (SELECT DISTINCT time_zone, window_start, window_end FROM run_window WHERE run_seq IN (${aggregated}))
     ) WHERE next_start != window_end`,
  "usage records are left of runs that were never published": `SELECT 1 FROM usage_record WHERE run_seq NOT IN (${aggregated})`,
  "slices are left of runs that were never published": `SELECT 1 FROM slice WHERE run_seq NOT IN (${aggregated})`,
  "rows of state are left of runs that were never published": `SELECT 1 FROM resource_state WHERE run_seq NOT IN (${aggregated})`,
  "billing records are left of runs that were never published": `SELECT 1 FROM billing_record WHERE run_seq NOT IN (${rated})`,
  "statement lines are left of runs that were never published": `SELECT 1 FROM statement_line WHERE run_seq NOT IN (${rated})`,
  "runs are still going": "SELECT 1 FROM current_run WHERE state = 'running'",
};
