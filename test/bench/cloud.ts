import type { ClickHouseClient } from "@clickhouse/client";
import { listUsageRecords, readCompleteness, summarizeUsage } from "../../aggregate/index.ts";
import { instant } from "../../core/instant.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { type Figure, peakMemory, profileStatements, timed } from "./report.ts";

const day = 86_400_000;
const start = Date.UTC(2026, 9, 1);
const measuredDays = 5;
const accounts = 10_000;

/** A cloud of `machines` that all start on 1 October, 15 % of which stop and start again on each later day. */
interface Cloud {
  readonly pipeline: Pipeline;
  readonly machines: number;
  command(query: string, settings?: Record<string, unknown>): Promise<unknown>;
  /** Makes one event for each machine that `where` picks, in the engine. */
  happen(event: { type: string; at: string; where: string }): Promise<void>;
}

async function buildCloud(machines: number): Promise<Cloud> {
  const pipeline = await openPipeline(Date.UTC(2026, 11, 1));
  const lane = pipeline.store.run;
  let offset = 0;
  const command = (query: string, settings: Record<string, unknown> = {}): Promise<unknown> =>
    lane.command({ query, clickhouse_settings: { use_query_condition_cache: 0, ...settings } });
  const happen = async ({ type, at, where }: { type: string; at: string; where: string }): Promise<void> => {
    await command(`INSERT INTO event (log_id, log_partition, log_offset, source, id, sequence, type, occurred_at, recorded_at, account_id, zone,
        resource, offering, template, resource_type, size, virtual_size, details, tags, extensions)
      SELECT 'embedded-bench', 0, ${offset} + rowNumberInAllBlocks(), 'bench', concat('${type}-${offset}-', toString(number)), -1, '${type}',
        fromUnixTimestamp64Milli(toInt64(${at}), 'UTC'), now64(3), concat('account-', toString(number % ${accounts})), concat('zone-', toString(number % 4)),
        concat('vm-', leftPad(toString(number), 32, '0')), concat('offering-', toString(number % 10)), 'debian-12', 'KVM', -1, -1,
        concat('{"cpuNumber":"', toString(number % 10), '"}'), '{}', '{}'
      FROM numbers(${machines}) WHERE ${where}`);
    offset += machines;
  };
  await command("INSERT INTO event_log (log_id) VALUES ('embedded-bench')");
  for (const type of ["VM.CREATE", "VM.START"])
    await happen({ type, at: `${start} + (number * 7919) % ${day}`, where: "1" });
  return { pipeline, machines, command, happen };
}

/** All figures that need a large cloud behind them, in one process and one store. */
export async function benchCloud(machines = 1_000_000): Promise<Figure[]> {
  const cloud = await buildCloud(machines);
  profileStatements(cloud.pipeline.store.run);
  const figures: Figure[] = [];
  await aggregateDay(cloud, 0);
  figures.push(await benchRating(cloud));
  figures.push(await benchDailyRun(cloud));
  figures.push(await benchLateRun(cloud));
  figures.push(...(await benchReading(cloud)));
  figures.push(await benchColdStart(cloud));
  await cloud.pipeline.close();
  return figures;
}

async function aggregateDay({ pipeline }: Cloud, index: number): Promise<void> {
  await pipeline.restart();
  await pipeline.aggregate(start + (index + 1) * day);
}

/** Each day: 15 % of the machines stop and start again; against the engine's own copy of the same finished rows. */
async function benchDailyRun(cloud: Cloud): Promise<Figure> {
  const { pipeline, command, machines } = cloud;
  const runs_ms: number[] = [];
  const floor_ms: number[] = [];
  await command("CREATE TABLE IF NOT EXISTS copy AS usage_record");
  let records = 0;
  for (let index = 1; index <= measuredDays; index += 1) {
    const midnight = start + index * day;
    const where = `(number + ${index}) % 20 < 3`;
    await cloud.happen({ type: "VM.STOP", at: `${midnight} + (number * 7919) % 40000000`, where });
    await cloud.happen({ type: "VM.START", at: `${midnight} + 40000000 + (number * 104729) % 40000000`, where });
    await pipeline.restart();
    runs_ms.push(await timed(() => pipeline.aggregate(midnight + day)));
    await command("TRUNCATE TABLE copy");
    const last = "run_seq = (SELECT max(run_seq) FROM run WHERE state = 'published' AND kind = 'aggregate')";
    floor_ms.push(
      await timed(() =>
        command(`INSERT INTO copy SELECT * FROM usage_record WHERE ${last}`, { max_insert_threads: 2 }),
      ),
    );
    records = await count(pipeline.store.run, `SELECT count() AS n FROM usage_record WHERE ${last}`);
  }
  const note = `${machines} live machines, ${(machines * 3) / 10} events, ${records} records, peak memory ${peakMemory()} MB`;
  return {
    name: "daily run, all steps",
    runs_ms,
    floor_ms,
    target: "≤ 3 s, ≤ 4 × the copy of its records, < 2 GB",
    note,
  };
}

/** 1,000 machines turn out to have stopped on the second day: every window since is computed again for them. */
async function benchLateRun(cloud: Cloud): Promise<Figure> {
  const { pipeline, machines } = cloud;
  const runs_ms: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const where = `number % ${machines / 1_000} = ${round + 11}`;
    await cloud.happen({ type: "VM.STOP", at: `${start + day} + 80000000 + ${round}`, where });
    await pipeline.restart();
    runs_ms.push((await timed(() => pipeline.aggregate(start + (measuredDays + 1) * day))) / measuredDays);
  }
  return {
    name: "late run touching 1,000 resources, per window",
    runs_ms,
    target: "≤ 200 ms",
    note: `${measuredDays} windows each`,
  };
}

/** All records of the first day, graduated in three tiers, against a copy of the rated rows. */
async function benchRating({ pipeline, command }: Cloud): Promise<Figure> {
  const system = pipeline.system();
  const tiers = [
    { up_to: "100", rate: "0.05" },
    { up_to: "1000", rate: "0.04" },
    { up_to: null, rate: "0.03" },
  ];
  const tariff = (usage_type: number): object => ({
    tariff_id: `type-${usage_type}`,
    name: `type ${usage_type}`,
    usage_type,
    currency: "EUR",
    unit: "hour",
    model: "graduated",
    tiers,
  });
  const card = { name: "bench", currency: "EUR", tariffs: [tariff(1), tariff(2)] };
  await system.rateCards.put("default", card as never, "bench");
  const runs_ms: number[] = [];
  const floor_ms: number[] = [];
  await command("CREATE TABLE rated_copy AS billing_record");
  for (let round = 0; round < 5; round += 1) {
    runs_ms.push(await timed(() => system.rate({ period: "2026-10", force: true })));
    await command("TRUNCATE TABLE rated_copy");
    const last = "run_seq = (SELECT max(run_seq) FROM run WHERE state = 'published' AND kind = 'rate')";
    floor_ms.push(
      await timed(() =>
        command(`INSERT INTO rated_copy SELECT * FROM billing_record WHERE ${last}`, { max_insert_threads: 2 }),
      ),
    );
  }
  const rated = await count(pipeline.store.run, "SELECT count() AS n FROM rated_copy");
  return {
    name: "rating, graduated, all steps",
    runs_ms,
    floor_ms,
    target: "≤ 1 s per 2 M records, ≤ 4 × the copy",
    note: `${rated} rated rows of ${accounts} accounts`,
  };
}

async function benchReading({ pipeline }: Cloud): Promise<Figure[]> {
  const system = pipeline.system();
  const { as_of } = await readCompleteness(system);
  const filterOf = (index: number): Parameters<typeof listUsageRecords>[1]["filter"] => ({
    from: instant(start),
    to: instant(start + 31 * day),
    account_ids: [`account-${(index * 7919) % accounts}`],
    usage_types: [],
    resources: [],
  });
  const pages: number[] = [];
  const summaries: number[] = [];
  for (let index = 0; index < 40; index += 1) {
    const filter = filterOf(index);
    pages.push(await timed(() => listUsageRecords(system, { filter, as_of, after: null, limit: 500 })));
    const request = {
      filter,
      as_of,
      group_by: ["day"] as const,
      tag_key: null,
      time_zone: "UTC",
      clip: false,
      limit: 1000,
    };
    summaries.push(await timed(() => summarizeUsage(system, request)));
  }
  const rows = await count(pipeline.store.run, "SELECT count() AS n FROM usage_record");
  const worst = (values: readonly number[]): string =>
    `worst of 40: ${Math.max(...values).toFixed(0)} ms, ${rows} rows in the table`;
  return [
    {
      name: "page of 500 usage records of an account",
      runs_ms: pages,
      target: "p99 < 50 ms (of 100 M)",
      note: worst(pages),
    },
    { name: "month of one account by day", runs_ms: summaries, target: "< 50 ms", note: worst(summaries) },
  ];
}

async function benchColdStart({ pipeline }: Cloud): Promise<Figure> {
  const runs_ms: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    runs_ms.push(
      await timed(async () => {
        await pipeline.restart();
        await pipeline.system().settings.all();
      }),
    );
  }
  return { name: "stages opened on a full store", runs_ms, target: "< 1 s", note: "without the engine's own start" };
}

async function count(lane: ClickHouseClient, query: string): Promise<number> {
  const result = await lane.query({ query, format: "JSONEachRow" });
  const [row] = await result.json<{ n: string }>();
  return Number(row?.n ?? 0);
}
