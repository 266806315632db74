-- What must hold before a span is published: all slices together are all intervals, and none is longer than its window.
-- Params  run_seq UInt64, from_ms Int64 (checkpoint, Unix ms UTC), k_from, k_to UInt64
-- Params  edges Array(Int64), zone String
-- Rows    interval_ms, interval_quantity (of what adds up), record_ms, record_quantity Int256, records, split (of several slices), overlong UInt64
-- Why     a wrong sum stops the run, not the truth
WITH
touched AS (
  SELECT sum(if(measure IN (0, 1, 4), toInt256(ms), 0)) AS touched_ms, sum(toInt256(ms) * per_ms) AS touched_quantity
  FROM (
    SELECT measure, per_ms, least(to_ms, {edges:Array(Int64)}[-1]) - greatest(from_ms, {edges:Array(Int64)}[1]) AS ms
    FROM counting_interval
    WHERE measure <= 5 AND from_ms < {edges:Array(Int64)}[-1] AND to_ms > {edges:Array(Int64)}[1]
      AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {edges:Array(Int64)}[1]))
  )
),
untouched AS (
  SELECT toInt256(count()) * ({edges:Array(Int64)}[-1] - {edges:Array(Int64)}[1]) AS untouched_ms,
    sum(toInt256(per_ms)) * ({edges:Array(Int64)}[-1] - {edges:Array(Int64)}[1]) AS untouched_quantity
  FROM untouched_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
  WHERE measure <= 1 AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {edges:Array(Int64)}[1]))
),
written AS (
  SELECT sum(toInt256(duration_ms)) AS written_ms, count() AS written_records, countIf(slices > 1) AS written_split,
    sumIf(quantity, usage_type NOT IN (SELECT usage_type FROM scratch_interval WHERE measure IN (6, 7, 8))) AS written_quantity,
    countIf(duration_ms > dateDiff('millisecond', window_start, window_end)) AS too_long
  FROM usage_record
  WHERE run_seq = {run_seq:UInt64}
    AND window_start >= fromUnixTimestamp64Milli({edges:Array(Int64)}[1], 'UTC')
    AND window_start < fromUnixTimestamp64Milli({edges:Array(Int64)}[-1], 'UTC')
    AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {edges:Array(Int64)}[1]))
)
SELECT touched_ms + untouched_ms AS interval_ms, touched_quantity + untouched_quantity AS interval_quantity,
  written_ms AS record_ms, written_quantity AS record_quantity, written_records AS records, written_split AS split, too_long AS overlong
FROM touched, untouched, written
