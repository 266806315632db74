import { openPipeline } from "../pipeline.ts";
import { type Figure, timed } from "./report.ts";

const accounts = 2_000;
const explained = 60;

/** How long explanations of lines and of single records take among `records` billing records of a month. */
export async function benchExplain(records = 2_000_000): Promise<Figure[]> {
  const pipeline = await openPipeline(Date.UTC(2026, 11, 1));
  const { store } = pipeline;
  const system = pipeline.system();
  const tiers = [
    { up_to: "100", rate: "0.05" },
    { up_to: null, rate: "0.04" },
  ];
  const tariff = {
    tariff_id: "vm",
    name: "VM",
    usage_type: 1,
    unit: "hour" as const,
    model: "graduated" as const,
    tiers,
  };
  await system.rateCards.put("default", { name: "List", currency: "EUR", tariffs: [tariff] }, "bench");
  // A month of days of machines, as one run of aggregation leaves them.
  await store.run.command({
    query: `INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, shape, quantity, duration_ms, slices,
        first_at, last_at, opened_at, opened_by, closed_by)
      SELECT 1, 1, concat('account-', toString(number % ${accounts})), start, start + INTERVAL 1 DAY, 1,
        concat('vm-', leftPad(toString(intDiv(number, 30)), 32, '0')), 1, 86400000, 86400000, 1, start, start + INTERVAL 1 DAY, start, 0, 0
      FROM (SELECT number, toDateTime64('2026-10-01 00:00:00', 3, 'UTC') + toIntervalDay(number % 30) AS start FROM numbers(${records}))`,
  });
  await store.run.command({ query: "INSERT INTO shape (shape, details, tags) VALUES (1, '{}', '{}')" });
  await store.run.command({
    query:
      "INSERT INTO run (run_seq, step, run_id, kind, state, bound, former_bound, versions, counts) VALUES (1, 1, 'run_usage', 'aggregate', 'published', '{}', '{}', '{}', '{}')",
  });
  const rated = await timed(() => system.rate({ period: "2026-10" }));
  const statements = await system.statements.list({ period: "2026-10", limit: explained });
  const lines: number[] = [];
  const single: number[] = [];
  for (const { id } of statements) {
    let record = "";
    lines.push(
      await timed(async () => {
        const found = await system.explanations.line({ statement_id: id, line: 1 }, { records: 3, slices: 4 });
        record = found?.explanation.records[0]?.id ?? "";
      }),
    );
    single.push(
      await timed(async () => {
        if ((await system.explanations.record(record, { slices: 4 })) === null) throw new Error(`no record ${record}`);
      }),
    );
  }
  await pipeline.close();
  const worst = (values: readonly number[]): string =>
    `p98 ${values
      .toSorted((a, b) => a - b)
      .at(-2)
      ?.toFixed(0)} ms`;
  const among = `among ${records} billing records, rated in ${(rated / 1000).toFixed(1)} s`;
  return [
    { name: "explain a line, three records", runs_ms: lines, target: "< 500 ms", note: `${worst(lines)}, ${among}` },
    { name: "explain a record by its id", runs_ms: single, target: "< 500 ms", note: worst(single) },
  ];
}
