-- Whether a span has events for usage types whose shape leaves something out.
-- Params  from_ms, to_ms Int64           both ends in, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  event_types Array(String) (of such usage types), only_touched UInt8   see sql/views/02_metering.sql
-- Rows    is_there UInt8, at most one
-- Why     most spans have none, and need not pay for reading their events whole
SELECT toUInt8(1) AS is_there
FROM event
WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
  AND toDate(occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
  AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND occurred_at <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND type IN {event_types:Array(String)}
  AND ({only_touched:UInt8} = 0 OR k IN (SELECT k FROM scratch_touched))
LIMIT 1
