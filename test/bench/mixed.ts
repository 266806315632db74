import { openPipeline, type Pipeline } from "../pipeline.ts";
import { type Figure, peakMemory, profileStatements, timed } from "./report.ts";

const day = 86_400_000;
const start = Date.UTC(2026, 9, 1);
const measuredDays = 3;
const accounts = 10_000;
const gib = 1024 ** 3;

/** What of a resource's columns a kind of event says; the rest is the same for all. */
interface Said {
  readonly type: string;
  readonly at: string;
  readonly where?: string;
  readonly part?: string;
  readonly size?: string;
  readonly readings?: readonly [names: string, values: string];
}

/** Makes one event for each of `count` resources of a kind, in the engine. */
function createTeller(pipeline: Pipeline): (kind: string, count: number, said: Said) => Promise<void> {
  let offset = 0;
  return async (kind, count, { type, at, where = "1", part = "''", size = "-1", readings = ["[]", "[]"] }) => {
    const [names, values] = readings;
    await pipeline.store.run.command({
      query: `INSERT INTO event (log_id, log_partition, log_offset, source, id, sequence, type, occurred_at, recorded_at, account_id, zone,
          resource, part, offering, template, resource_type, size, virtual_size, details, tags, extensions, reading_names, reading_values, counter)
        SELECT 'embedded-bench', 0, ${offset} + rowNumberInAllBlocks(), 'bench', concat('${kind}-${offset}-', toString(number)), -1, '${type}',
          fromUnixTimestamp64Milli(toInt64(${at}), 'UTC'), now64(3), concat('account-', toString(number % ${accounts})), 'z1',
          concat('${kind}-', leftPad(toString(number), 32, '0')), ${part}, concat('offering-', toString(number % 10)), '', '', ${size}, -1,
          '{}', '{}', '{}', ${names}, ${values}, if('${type}' = 'tally.counter', 'cumulative', '')
        FROM numbers(${count}) WHERE ${where}`,
    });
    offset += count;
  };
}

/**
 * A day of a cloud of many kinds: of each million resources 300,000 machines, as many volumes and snapshots, 50,000 addresses and 50,000
 * NIC offerings, 40,000 routers with two counters read six times a day, and 20,000 backups whose size steps.
 */
export async function benchMixed(resources = 1_000_000): Promise<Figure[]> {
  const pipeline = await openPipeline(Date.UTC(2026, 11, 1));
  const tell = createTeller(pipeline);
  const share = (part: number): number => Math.round(resources * part);
  await pipeline.store.run.command({ query: "INSERT INTO event_log (log_id) VALUES ('embedded-bench')" });
  const born = `${start} + (number * 7919) % ${day}`;
  await tell("vm", share(0.3), { type: "VM.CREATE", at: born });
  await tell("vm", share(0.3), { type: "VM.START", at: born });
  await tell("volume", share(0.3), { type: "VOLUME.CREATE", at: born, size: `(number % 100 + 1) * ${gib}` });
  await tell("snapshot", share(0.24), { type: "SNAPSHOT.CREATE", at: born, size: `(number % 50 + 1) * ${gib}` });
  await tell("ip", share(0.05), { type: "NET.IPASSIGN", at: born });
  await tell("vm", share(0.05), { type: "NETWORK.OFFERING.ASSIGN", at: born, part: "'nic/1'" });
  await tell("vm", share(0.02), { type: "BACKUP.OFFERING.ASSIGN", at: born, part: "'backup/gold'" });

  async function liveDay(index: number): Promise<void> {
    const midnight = start + index * day;
    const some = `(number + ${index}) % 10 = 0`;
    await tell("vm", share(0.3), {
      type: "VM.STOP",
      at: `${midnight} + (number * 7919) % 40000000`,
      where: `(number + ${index}) % 7 = 0`,
    });
    await tell("vm", share(0.3), {
      type: "VM.START",
      at: `${midnight} + 40000000 + (number * 104729) % 40000000`,
      where: `(number + ${index}) % 7 = 0`,
    });
    await tell("vm", share(0.002), {
      type: "VM.DESTROY",
      at: `${midnight} + 85000000`,
      where: `number % 3 = ${index % 3}`,
    });
    await tell("volume", share(0.3), {
      type: "VOLUME.RESIZE",
      at: `${midnight} + (number * 31) % ${day}`,
      size: `(number % 100 + ${index + 2}) * ${gib}`,
      where: some,
    });
    await tell("snapshot", share(0.24), {
      type: "SNAPSHOT.DELETE",
      at: `${midnight} + (number * 17) % ${day}`,
      where: `number % 50 = ${index}`,
    });
    for (const hours of [2, 6, 10, 14, 18, 22]) {
      const bytes = `[(number % 1000 + 1) * ${index * 24 + hours} * 1000000, (number % 1000 + 1) * ${index * 24 + hours} * 250000]`;
      await tell("router", share(0.04), {
        type: "tally.counter",
        at: `${midnight} + ${hours} * 3600000 + number % 60000`,
        part: "'network/1'",
        readings: ["['network_bytes_received', 'network_bytes_sent']", bytes],
      });
    }
    await tell("vm", share(0.02), {
      type: "BACKUP.USAGE.METRIC",
      at: `${midnight} + 10800000`,
      part: "'backup/gold'",
      size: `(number % 20 + ${index}) * ${gib}`,
    });
  }

  await liveDay(0);
  await pipeline.restart();
  await pipeline.aggregate(start + day);
  profileStatements(pipeline.store.run);
  await pipeline.store.run.command({ query: "CREATE TABLE copy AS usage_record" });
  const runs_ms: number[] = [];
  const floor_ms: number[] = [];
  let records = "";
  for (let index = 1; index <= measuredDays; index += 1) {
    await liveDay(index);
    await pipeline.restart();
    runs_ms.push(await timed(() => pipeline.aggregate(start + (index + 1) * day)));
    await pipeline.store.run.command({ query: "TRUNCATE TABLE copy" });
    const last = "run_seq = (SELECT max(run_seq) FROM run WHERE state = 'published' AND kind = 'aggregate')";
    floor_ms.push(
      await timed(() =>
        pipeline.store.run.command({
          query: `INSERT INTO copy SELECT * FROM usage_record WHERE ${last}`,
          clickhouse_settings: { max_insert_threads: "2" },
        }),
      ),
    );
    const counted = await pipeline.store.run.query({ query: "SELECT count() AS n FROM copy", format: "JSONEachRow" });
    records = (await counted.json<{ n: string }>())[0]?.n ?? "";
  }
  await pipeline.close();
  return [
    {
      name: "daily run of mixed kinds, all steps",
      runs_ms,
      floor_ms,
      target: "≤ 3 s, ≤ 4 × the copy of its records, < 2 GB",
      note: `${resources} live resources of 10 usage types, ${records} records a day, peak memory ${peakMemory()} MB`,
    },
  ];
}
