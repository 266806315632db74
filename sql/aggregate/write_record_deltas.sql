-- Writes, for touched resources, what differs between the published truth and scratch_record: -old, +new.
-- Params  run_seq UInt64
-- Params  from_ms, to_ms Int64           bounds of the windows looked at, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  zone String
-- Rows    none
-- Why     unchanged records cost nothing, and the run's rows are its diff
INSERT INTO usage_record
WITH said AS (
  SELECT account_id, window_start, window_end, usage_type, resource, part, shape,
    sum(quantity) AS q, sum(duration_ms) AS d, toInt32(sum(slices)) AS s,
    argMaxIf(first_at, record.run_seq, sign = 1) AS f, argMaxIf(last_at, record.run_seq, sign = 1) AS l,
    argMaxIf(opened_at, record.run_seq, sign = 1) AS o, argMaxIf(opened_by, record.run_seq, sign = 1) AS ob, argMaxIf(closed_by, record.run_seq, sign = 1) AS cb
  FROM usage_record AS record
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND k IN (SELECT k FROM run_touched WHERE run_seq = {run_seq:UInt64})
    AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {from_ms:Int64}))
    AND record.run_seq IN (SELECT run_seq FROM scratch_run) AND record.run_seq != {run_seq:UInt64}
  GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape
  HAVING sum(sign) > 0
),
sides AS (
  SELECT toInt8(-1) AS side, account_id, window_start, window_end, usage_type, resource, part, shape, q, d, s, f, l, o, ob, cb FROM said
  UNION ALL
  SELECT toInt8(1) AS side, account_id, window_start, window_end, usage_type, resource, part, shape,
    quantity AS q, duration_ms AS d, slices AS s, first_at AS f, last_at AS l, opened_at AS o, opened_by AS ob, closed_by AS cb
  FROM scratch_record
)
SELECT {run_seq:UInt64}, row.1, account_id, window_start, window_end, usage_type, resource, part, shape,
  row.2 * row.1, row.3 * row.1, row.4 * row.1, row.5, row.6, row.7, row.8, row.9
FROM (
  SELECT account_id, window_start, window_end, usage_type, resource, part, shape,
    groupArray((side, q, d, s, f, l, o, ob, cb)) AS rows
  FROM sides
  GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape
  HAVING count() = 1 OR uniqExact((q, d, s, f, l, o, ob, cb)) > 1
)
ARRAY JOIN rows AS row
