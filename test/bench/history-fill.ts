import { openPipeline, type Pipeline } from "../pipeline.ts";

export const DAY_MS = 86_400_000;
/** The first day of a history, UTC. */
export const BEGIN_MS = Date.UTC(2023, 8, 25);
const PAYERS = 20;

/** A cloud of machines that run from the first day on, 15 % of which are restarted on each later day; accounts by ten, paid for by twenty. */
export interface History {
  readonly pipeline: Pipeline;
  readonly machines: number;
  /** Makes one event for each machine that `where` picks. */
  happen(event: { readonly type: string; readonly at: string; readonly where?: string }): Promise<void>;
  /** The next day with its run, the whole way. */
  liveDay(): Promise<void>;
  /** Further days with their runs, written as the run of the last day was: as many as there then are in all. */
  fillTo(days: number): Promise<void>;
  /** How many days there are. */
  days(): number;
}

/** Opens a history of one day. @param machines a multiple of 20 */
export async function openHistory(machines: number): Promise<History> {
  const pipeline = await openPipeline(BEGIN_MS);
  const restarted = (machines * 3) / 20;
  let offset = 0;
  let lived = 0;
  const command = (query: string): Promise<unknown> =>
    pipeline.store.run.command({
      query,
      clickhouse_settings: { max_insert_threads: "2", use_query_condition_cache: 0 },
    });

  async function put(type: string, { machine, at, from }: Record<"machine" | "at" | "from", string>): Promise<void> {
    await command(`INSERT INTO event (log_id, log_partition, log_offset, source, id, sequence, type, occurred_at, recorded_at, account_id, zone,
        resource, offering, template, resource_type, size, virtual_size, details, tags, extensions)
      SELECT 'embedded-bench', 0, position, 'bench', toString(position), -1, '${type}', at, at, concat('account-', toString(intDiv(machine, 10))), 'z1',
        concat('vm-', leftPad(toString(machine), 32, '0')), concat('offering-', toString(machine % 10)), '', '', -1, -1, '{}', '{}', '{}'
      FROM (
        SELECT ${machine} AS machine, ${offset} + rowNumberInAllBlocks() AS position, fromUnixTimestamp64Milli(toInt64(${at}), 'UTC') AS at FROM ${from}
      )
      SETTINGS max_threads = 1`);
  }

  async function happen({ type, at, where = "1" }: Parameters<History["happen"]>[0]): Promise<void> {
    await put(type, { machine: "number", at, from: `numbers(${machines}) WHERE ${where}` });
    offset += machines;
  }

  /** Restarts mean nothing to any usage type: they are read and left alone, like most of what a cloud tells. */
  async function restarts(from: number, to: number): Promise<void> {
    const day = `intDiv(number, ${restarted}) + ${from}`;
    const place = `number % ${restarted}`;
    await put("VM.REBOOT", {
      machine: `((${day}) * ${restarted} + ${place}) % ${machines}`,
      at: `${BEGIN_MS} + (${day}) * ${DAY_MS} + 3600000 + ${place}`,
      from: `numbers(${(to - from) * restarted})`,
    });
    offset += (to - from) * restarted;
  }

  async function liveDay(): Promise<void> {
    if (lived > 0) await restarts(lived, lived + 1);
    lived += 1;
    pipeline.clock.set((BEGIN_MS + lived * DAY_MS + 900_000) as never);
    await pipeline.restart();
    await pipeline.aggregate(BEGIN_MS + lived * DAY_MS);
  }

  async function fillTo(days: number): Promise<void> {
    const former = offset;
    await restarts(lived, days);
    const last = "(SELECT max(run_seq) FROM run WHERE state = 'published')";
    const later = (column: string): string => `addDays(${column}, n) AS ${column}`;
    // What is copied is cut out first, so that no new value of a column is taken for the old one.
    const copy = (table: string, columns: string, where = "1"): Promise<unknown> =>
      command(`INSERT INTO ${table} SELECT * EXCEPT (n) REPLACE (${columns}) FROM (
        SELECT *, n FROM (SELECT * FROM ${table} WHERE run_seq = ${last}) ARRAY JOIN range(1, ${days - lived + 1}) AS n WHERE ${where}
      )`);
    await command(
      `INSERT INTO event_identity SELECT id_hash, log_partition, log_offset, content_hash, occurred_at, k FROM event WHERE log_offset >= ${former}`,
    );
    await copy(
      "usage_record",
      `run_seq + n AS run_seq, ${["window_start", "window_end", "first_at", "last_at"].map(later).join(", ")}`,
    );
    await copy("run_window", `run_seq + n AS run_seq, ${later("window_start")}, ${later("window_end")}`);
    // Runs let go of checkpoints but for the latest ten and the first of each month.
    const kept = `toDayOfMonth(addDays(at, n)) = 1 OR n > ${days - lived - 10}`;
    await copy("checkpoint", `run_seq + n AS run_seq, ${later("at")}`, kept);
    await copy("resource_state", `run_seq + n AS run_seq, ${later("at")}`, kept);
    const bound = (column: string, before: number): string =>
      `if(${column} = '{}', '{}', concat('{"embedded-bench/0":"', toString(${former - 1 - before} + n * ${restarted}), '"}')) AS ${column}`;
    const times = ["began_at", "changed_at", "lease_expires_at"].map(later).join(", ");
    await copy(
      "run",
      `run_seq + n AS run_seq, concat('run_${former}_', toString(n)) AS run_id, ${times},
        if(toYear(to_at) = 1970, to_at, addDays(to_at, n)) AS to_at, ${bound("bound", 0)}, ${bound("former_bound", restarted)}`,
    );
    lived = days;
    pipeline.clock.set((BEGIN_MS + lived * DAY_MS + 900_000) as never);
    await pipeline.restart();
  }

  await command("INSERT INTO event_log (log_id) VALUES ('embedded-bench')");
  await command(`INSERT INTO account (account_id, name, payer_account_id, time_zone, kind, domain, payment, state, version, changed_at, changed_by)
    SELECT concat('account-', toString(number)) AS id, id, concat('account-', toString(number % ${PAYERS})), '', 'account', 'ROOT', 'postpaid', 'active', 1,
      fromUnixTimestamp64Milli(${BEGIN_MS}, 'UTC'), 'bench' FROM numbers(${Math.ceil(machines / 10)})`);
  for (const type of ["VM.CREATE", "VM.START"]) await happen({ type, at: `${BEGIN_MS} + number` });
  await liveDay();
  return { pipeline, machines, happen, liveDay, fillTo, days: () => lived };
}
