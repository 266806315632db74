-- Adds to a projection what is reported as it happens, at its average pace: a row per (account_id, usage_type, resource, part) from now to the month's end.
-- Params  run_seq UInt64, now_ms Int64, usage_types Array(UInt16)     the projection, its instant, the types that are reported
-- Params  back_ms, pace_ms_min Int64                                  how far back first use is looked for; the least span of a pace
-- Params  timelines Array(String), from_ms, to_ms Array(Int64)        the month of the accounts of each timeline, half-open, Unix ms UTC
-- Rows    none
-- Why     pace = used in [from, now) / (now - from), from the resource's first use of anything where that is later; expected = used x left / span,
--         rounded down. A resource that held something open this month and holds nothing now is over, and so is an account that has ended:
--         no pace. The shape is the latest one
INSERT INTO usage_record (run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices,
  first_at, last_at, opened_at, opened_by, closed_by)
WITH
standing AS (
  SELECT account_id, resource, usage_type, part, shape, toUnixTimestamp64Milli(usage_record.window_start) AS start_ms, sum(usage_record.quantity) AS used,
    toUnixTimestamp64Milli(minIf(usage_record.opened_at, sign = 1)) AS opened_ms,
    usage_type IN {usage_types:Array(UInt16)} AS reported, NOT reported AND sum(usage_record.duration_ms) > 0 AS is_stretch
  FROM usage_record
  WHERE run_seq IN (SELECT run_seq FROM scratch_run)
    AND window_start >= fromUnixTimestamp64Milli({back_ms:Int64}, 'UTC')
    AND (account_id, resource) IN (
      SELECT account_id, resource FROM usage_record
      WHERE run_seq IN (SELECT run_seq FROM scratch_run) AND usage_type IN {usage_types:Array(UInt16)}
        AND window_start >= fromUnixTimestamp64Milli({back_ms:Int64}, 'UTC')
    )
    AND account_id NOT IN (SELECT account_id FROM scratch_ended WHERE at_ms <= {now_ms:Int64})
  GROUP BY account_id, resource, usage_type, part, shape, usage_record.window_start, usage_record.window_end
  HAVING sum(sign) > 0
),
resource_so_far AS (
  SELECT account_id, resource, min(opened_ms) AS first_ms, any(month_from) AS month_start_ms, any(month_to) AS month_end_ms,
    max(is_stretch AND start_ms >= month_from AND start_ms < {now_ms:Int64}) AS held, max(is_stretch AND start_ms >= {now_ms:Int64}) AS holds,
    groupArrayIf((usage_type, part, shape, start_ms, used), reported AND start_ms >= month_from AND start_ms < {now_ms:Int64}) AS reports
  FROM standing
  INNER JOIN (
    SELECT fixed.account_id AS owner, month_from, month_to
    FROM zone_of_account(run_seq = {run_seq:UInt64}) AS fixed
    INNER JOIN (
      SELECT timeline, month_from, month_to
      FROM (SELECT {timelines:Array(String)} AS timeline, {from_ms:Array(Int64)} AS month_from, {to_ms:Array(Int64)} AS month_to)
      ARRAY JOIN timeline, month_from, month_to
    ) AS months ON months.timeline = fixed.timeline
  ) AS account ON owner = account_id
  GROUP BY account_id, resource
),
pace AS (
  SELECT account_id, resource, report.1 AS usage_type, report.2 AS part, argMax(report.3, (report.4, report.3)) AS shape, sum(report.5) AS used,
    any(month_end_ms) AS end_ms, greatest({now_ms:Int64} - greatest(any(month_start_ms), any(first_ms)), {pace_ms_min:Int64}) AS span_ms,
    intDiv(used * (end_ms - {now_ms:Int64}), span_ms) AS expected
  FROM resource_so_far ARRAY JOIN reports AS report
  WHERE month_end_ms > {now_ms:Int64} AND (NOT held OR holds)
  GROUP BY account_id, resource, usage_type, part
  HAVING expected > 0
)
SELECT {run_seq:UInt64}, toInt8(1), account_id, fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), fromUnixTimestamp64Milli(end_ms, 'UTC'),
  usage_type, resource, part, shape, expected, toInt64(0), toInt32(1),
  fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), fromUnixTimestamp64Milli(end_ms, 'UTC'), fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), toUInt64(0), toUInt64(0)
FROM pace
