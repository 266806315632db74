-- Adds what ended in windows that the horizon cuts to the intervals of a span that begins there.
-- Params  at_ms Int64 (the horizon, Unix ms UTC), run_seq UInt64 (whose state stands there)
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Rows    none
-- Why     such a window is then computed as if its events were all there
INSERT INTO scratch_interval
SELECT k, resource, part, usage_type, measure, account_id, shape, per_ms, label, from_ms, to_ms, opened_by, closed_by
FROM horizon_interval
WHERE at = fromUnixTimestamp64Milli({at_ms:Int64}, 'UTC') AND run_seq = {run_seq:UInt64}
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND ({only_touched:UInt8} = 0 OR k IN (SELECT k FROM scratch_touched))
