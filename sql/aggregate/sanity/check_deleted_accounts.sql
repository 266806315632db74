-- Finds events in the name of accounts that were deleted by then.
-- Params  from_ms Int64                  events since then, Unix ms UTC
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Rows    none
-- Why     they count for nothing; what they speak of is used, and nobody pays for it
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'event-of-deleted-account', 'warning', event.account_id, toUInt16(0), event.resource, event.part, concat(event.source, ' ', event.id), event.occurred_at,
  toJSONString(map('source', toString(event.source), 'id', event.id, 'type', toString(event.type), 'deleted_at', toString(fromUnixTimestamp64Milli(ended.at_ms, 'UTC'))))
FROM event
INNER JOIN scratch_ended AS ended ON ended.account_id = toString(event.account_id)
WHERE toDate(event.occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
  AND event.occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND event.account_id IN (SELECT account_id FROM scratch_ended)
  AND toUnixTimestamp64Milli(event.occurred_at) >= ended.at_ms AND event.type NOT IN ('ACCOUNT.DELETE', 'tally.event.retracted')
  AND toInt64(event.log_offset) <= transform(event.log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
  AND (event.log_partition, event.log_offset) NOT IN (SELECT log_partition, log_offset FROM event_excluded)
  AND event.id_hash NOT IN (SELECT id_hash FROM scratch_superseded)
