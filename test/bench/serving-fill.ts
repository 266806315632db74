import type { Store } from "../../core/store.ts";

const DAY_MS = 86_400_000;
const ACCOUNTS = 3_000;
/** Windows are days of UTC, a year and a day of them. */
export const DAYS = 366;
export const LAST_MS = Date.UTC(2026, 9, 31);
export const BEGIN_MS = LAST_MS - (DAYS - 1) * DAY_MS;
/** The month that is rated, and still open. */
export const PERIOD = "2026-10";

/** What each machine has: it runs, has two volumes, sends and receives, has a snapshot and an address, and two of what is rarer. */
const kit = [1, 2, 6, 6, 4, 5, 9, 3] as const;
const rare = [7, 8, 10, 11, 12, 13, 14, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31] as const;
const sized = [6, 7, 8, 9, 25, 26, 27, 28, 29] as const;

/** What stands in the store, as SQL over numbers, so that answers can be held to what was filled in and not to what another answer says. */
export interface Filled {
  /** Series of records: one a day each, from the day it was born on. */
  readonly series: number;
  readonly records: number;
}

/** How many series of so many records: 65 of a hundred are there from the first day on, the others come one by one until the last month. */
export function sizeOf(records: number): Filled {
  const born = DAYS - 31;
  const perSeries = 0.65 * DAYS + 0.35 * (DAYS - born / 2);
  const series = Math.max(1000, Math.ceil(records / perSeries / 10) * 10);
  return { series, records };
}

/** Columns of series `s` on day `d`. Accounts differ by size as clouds' do: the largest has a seventh of all, most have a few machines. */
export function seriesSql({ series }: Filled, days: { from: number; to: number }): string {
  const born = `if(s < ${Math.floor(series * 0.65)}, 0, intDiv((s - ${Math.floor(series * 0.65)}) * ${DAYS - 31}, ${Math.ceil(series * 0.35)}))`;
  return `SELECT number % ${series} AS s, toInt64(intDiv(number, ${series}) + ${days.from}) AS d, intDiv(s, 10) AS m, s % 10 AS slot,
      concat('account-', leftPad(toString(toUInt32(floor(${ACCOUNTS} * pow(cityHash64(m) / 18446744073709551616., 4)))), 5, '0')) AS account,
      toUInt16(if(slot < 8, ([${kit.join(",")}])[slot + 1], ([${rare.join(",")}])[(m * 2 + slot) % ${rare.length} + 1])) AS type,
      cityHash64(s, d) AS h, toInt64(${BEGIN_MS}) + d * ${DAY_MS} AS start_ms,
      multiIf(h % 50 = 0, 2, 1) AS pieces,
      toInt64(multiIf(h % 50 = 0, 72000000, h % 50 = 1, 21600000, ${DAY_MS})) AS ms,
      toInt64(h % 200 = 3 ? 82800000 : ms) AS true_ms,
      if(has([${sized.join(",")}], type), toInt256((s % 50 + 1) * 1073741824), toInt256(1)) AS per_ms
    FROM numbers(${days.from === days.to ? 0 : (days.to - days.from) * series})
    WHERE d >= ${born}`;
}

const at = (ms: string): string => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`;
/** Machines share what they are with others of their account; of disks each is its own. */
const shape = "sipHash128(account, type, if(has([6, 9], type), toString(s), toString(m % 5)))";
const keys = `account AS account_id, ${at("start_ms")} AS window_start, ${at(`start_ms + ${DAY_MS}`)} AS window_end, type AS usage_type,
  toString(reinterpretAsUUID(sipHash128('resource', if(slot < 2, m * 10, s)))) AS resource, if(has([4, 5], type), 'network/1', '') AS part, reinterpretAsUInt128(${shape}) AS shape`;
/** Runs are numbered by tens, so that closings have numbers between them. */
const runOf = (day: string): string => `toUInt64((${day} + 1) * 10)`;

/** Fills an empty store: a published run a day; of half a percent of records another two days later that corrects them, of a few after their month was closed. */
export async function fillServing(store: Store, filled: Filled, tell: (text: string) => void): Promise<void> {
  const command = (query: string): Promise<unknown> =>
    store.run.command({
      query,
      clickhouse_settings: { max_insert_threads: "2", min_insert_block_size_rows: "4000000" },
    });
  const columns =
    "run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, opened_at, opened_by, closed_by";
  /** Of a correction the run that makes it: two days later, or half a month after its month was closed. */
  const late = "h % 200 = 3 AND intDiv(h, 200) % 40 = 0";
  const closedLate = `toInt64(intDiv(toUnixTimestamp(addMonths(toStartOfMonth(window_start), 1) + INTERVAL 15 DAY) * 1000 - ${BEGIN_MS}, ${DAY_MS}))`;
  const correcting = `least(if(${late}, ${closedLate}, d + 2), ${DAYS - 1})`;
  for (let from = 0; from < DAYS; from += 31) {
    const days = { from, to: Math.min(from + 31, DAYS) };
    await command(`INSERT INTO usage_record (${columns})
      SELECT run.1, run.2, account_id, window_start, window_end, usage_type, resource, part, shape, run.2 * per_ms * run.3, run.2 * run.3, run.2 * pieces,
        window_start, ${at("start_ms + if(pieces = 2, 86400000, run.3)")}, window_start, h, 0
      FROM (SELECT *, ${keys} FROM (${seriesSql(filled, days)}))
      ARRAY JOIN if(h % 200 = 3 AND d < ${DAYS - 1}, [(${runOf("d")}, toInt8(1), ms), (${runOf(correcting)}, toInt8(-1), ms), (${runOf(correcting)}, toInt8(1), true_ms)], [(${runOf("d")}, toInt8(1), ms)]) AS run`);
    await command(`INSERT INTO slice (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, from_at, to_at, quantity, opened_at, opened_by, closed_by)
      SELECT ${runOf("d")}, 1, account_id, window_start, window_end, usage_type, resource, part, shape, ${at("start_ms + piece.1")}, ${at("start_ms + piece.2")},
        per_ms * (piece.2 - piece.1), window_start, h, 0
      FROM (SELECT *, ${keys} FROM (${seriesSql(filled, days)}) WHERE pieces = 2)
      ARRAY JOIN [(0, 28800000), (43200000, 86400000)] AS piece`);
    tell(`${days.to} of ${DAYS} days`);
  }
  // A run that failed, whose rows are there still: whoever counts them is told by the sums.
  await command(
    `INSERT INTO usage_record (${columns}) SELECT 99999, 1, ${columns.split(", ").slice(2).join(", ")} FROM usage_record WHERE run_seq = ${DAYS * 10}`,
  );
  await command(`INSERT INTO shape SELECT DISTINCT shape, '', concat('zone-', toString(m % 5)), concat('offering-', toString(m % 5)), 'debian-12', 'KVM',
      if(type = 6, toString(m), ''), if(has([6, 9], type), toInt64(per_ms), -1), -1, '{"cpuNumber":"2","memory":"2048"}', concat('{"cost-center":"', toString(m % 5), '"}')
    FROM (SELECT *, ${keys} FROM (${seriesSql(filled, { from: DAYS - 1, to: DAYS })}))`);
  await command(`INSERT INTO resource_name SELECT DISTINCT account, resource, '', concat('name-', toString(s)), ${at(`${BEGIN_MS}`)}
    FROM (SELECT *, ${keys} FROM (${seriesSql(filled, { from: DAYS - 1, to: DAYS })}))`);
  await writeLedgers(command);
}

/** Who there is, which runs published which windows, and which months are closed. */
async function writeLedgers(command: (query: string) => Promise<unknown>): Promise<void> {
  const account = "concat('account-', leftPad(toString(number), 5, '0'))";
  await command(`INSERT INTO account (account_id, version, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, changed_at, changed_by)
    SELECT ${account} AS id, 1, concat('name of ', id), 'account', 'ROOT', '', '', '', 'postpaid', '', 'active', ${at("0")}, 'bench' FROM numbers(${ACCOUNTS})`);
  await command(
    `INSERT INTO account_zone (run_seq, account_id, time_zone) SELECT 10, ${account}, 'UTC' FROM numbers(${ACCOUNTS})`,
  );
  await command(`INSERT INTO run_window (run_seq, time_zone, window_start, window_end, first)
    SELECT ${runOf("toInt64(number)")}, 'UTC', ${at(`${BEGIN_MS} + number * ${DAY_MS}`)} AS start, addDays(start, 1), 1 FROM numbers(${DAYS})
    UNION ALL
    SELECT DISTINCT run_seq, 'UTC', window_start, window_end, 0 FROM usage_record WHERE sign = -1 AND run_seq != 99999`);
  const run = (seq: string, kind: string, state: string, period: string, from: string): Promise<unknown> =>
    command(`INSERT INTO run (run_seq, step, run_id, kind, state, period, from_at, to_at, bound, former_bound, versions, counts, error, changed_at)
      SELECT ${seq} AS seq, 2, concat('run_${kind}_', toString(seq)), '${kind}', '${state}', ${period}, ${at("0")}, ${at("0")}, '{}', '{}', '{}', '{}', '', ${at(`${BEGIN_MS} + intDiv(seq, 10) * ${DAY_MS} + 900000`)} FROM ${from}`);
  await run(runOf("toInt64(number)"), "aggregate", "published", "''", `numbers(${DAYS})`);
  await run("99999", "aggregate", "failed", "''", "numbers(1)");
  // A month is closed on the fifth of the next.
  const closed = `(SELECT toStartOfMonth(addMonths(toDate('2025-10-01'), number)) AS month, addMonths(month, 1) AS next,
    toUInt64(10 * intDiv(toUnixTimestamp(toDateTime(next, 'UTC')) * 1000 + 4 * ${DAY_MS} - ${BEGIN_MS}, ${DAY_MS}) + 5) AS close_seq FROM numbers(12))`;
  await run("close_seq", "close", "published", "formatDateTime(month, '%Y-%m')", closed);
  await command(`INSERT INTO period_close (run_seq, run_id, payer_account_id, account_id, period, time_zone, from_at, to_at, bound, closed_by, reason, overrides, closed_at)
    SELECT close_seq, concat('run_close_', toString(close_seq)), id, id, formatDateTime(month, '%Y-%m'), 'UTC', toDateTime64(month, 3, 'UTC'), toDateTime64(next, 3, 'UTC'), '{}', 'bench', '', '[]', toDateTime64(next, 3, 'UTC') + INTERVAL 4 DAY
    FROM ${closed} AS closed, (SELECT ${account} AS id FROM numbers(${ACCOUNTS})) AS accounts`);
}
