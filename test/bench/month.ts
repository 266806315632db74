import { openPipeline } from "../pipeline.ts";
import { type Figure, peakMemory, profileStatements, timed } from "./report.ts";

const day = 86_400_000;
const start = Date.UTC(2026, 9, 1);
const accounts = 10_000;

/** What each machine lives through: created and started in the first days, stopped and started three times, scaled once; a fifth is destroyed. */
const life = [
  { type: "VM.CREATE", at: "0", where: "1" },
  { type: "VM.START", at: "60000", where: "1" },
  { type: "VM.STOP", at: `${3 * day}`, where: "1" },
  { type: "VM.START", at: `${3 * day} + 7200000 + (number * 31) % 3600000`, where: "1" },
  { type: "VM.DYNAMIC.SCALE", at: `${9 * day} + (number * 17) % ${day}`, where: "1" },
  { type: "VM.STOP", at: `${13 * day}`, where: "1" },
  { type: "VM.START", at: `${14 * day} + (number * 13) % ${2 * day}`, where: "1" },
  { type: "VM.STOP", at: `${19 * day} + (number * 11) % ${day}`, where: "1" },
  { type: "VM.START", at: `${21 * day}`, where: "1" },
  { type: "VM.DESTROY", at: `${25 * day}`, where: "number % 5 = 0" },
  { type: "VM.REBOOT", at: `${25 * day}`, where: "number % 5 != 0" },
] as const;

/** A month nobody has looked at yet: ten events of each machine, all windows of October in one run, against the copy of its records. */
export async function benchMonth(machines = 1_000_000): Promise<Figure[]> {
  const pipeline = await openPipeline(Date.UTC(2026, 11, 1));
  const lane = pipeline.store.run;
  const command = (query: string): Promise<unknown> =>
    lane.command({ query, clickhouse_settings: { use_query_condition_cache: 0, max_insert_threads: "2" } });
  await command("INSERT INTO event_log (log_id) VALUES ('embedded-bench')");
  for (const [index, { type, at, where }] of life.entries()) {
    const offering = type === "VM.DYNAMIC.SCALE" ? "number % 10 + 1" : "number % 10";
    await command(`INSERT INTO event (log_id, log_partition, log_offset, source, id, sequence, type, occurred_at, recorded_at, account_id, zone,
        resource, offering, template, resource_type, size, virtual_size, details, tags, extensions)
      SELECT 'embedded-bench', 0, ${index * machines} + rowNumberInAllBlocks(), 'bench', concat('${index}-', toString(number)), -1, '${type}',
        fromUnixTimestamp64Milli(toInt64(${start} + (number * 7919) % ${2 * day} + ${at}), 'UTC'), now64(3),
        concat('account-', toString(number % ${accounts})), concat('zone-', toString(number % 4)),
        concat('vm-', leftPad(toString(number), 32, '0')), concat('offering-', toString(${offering})), 'debian-12', 'KVM', -1, -1,
        concat('{"cpuNumber":"', toString(${offering}), '"}'), '{}', '{}'
      FROM numbers(${machines}) WHERE ${where}`);
  }
  await pipeline.restart();
  profileStatements(lane);
  const before = peakMemory();
  const took = await timed(() => pipeline.aggregate(start + 31 * day));
  const peak = peakMemory();

  await command("CREATE TABLE copy AS usage_record");
  const floor_ms = await timed(() => command("INSERT INTO copy SELECT * FROM usage_record"));
  const found = await lane.query({
    query: "SELECT (SELECT count() FROM usage_record) AS records, (SELECT count() FROM event) AS events",
    format: "JSONEachRow",
  });
  const [counts] = await found.json<{ records: string; events: string }>();
  await pipeline.close();
  const note = `${counts?.events ?? "?"} events of ${machines} machines, ${counts?.records ?? "?"} records, peak memory ${peak} MB (${before} MB before the run)`;
  return [
    {
      name: "a month cold, one run",
      runs_ms: [took],
      floor_ms: [floor_ms],
      target: "≤ 4 × the copy of its records, < 3 GB",
      note,
    },
  ];
}
