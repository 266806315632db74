-- The events that slices name, as far as they are in the store.
-- Params  account_id String
-- Params  refs Array(UInt64)               low 64 bits of the hashes of their source and id
-- Params  at_ms Array(Int64)               when they can have happened, Unix ms UTC
-- Params  resources Array(String)
-- Rows    ref, source, id, type, at_ms, position, original_source, original_id String   '' = no revision
-- Why     by day and resource, the order of the events; the end of an account is no event of the resource it closes, and found by the account
SELECT toString(reinterpretAsUInt64(id_hash)) AS ref, toString(source) AS source, id, toString(type) AS type,
  toUnixTimestamp64Milli(occurred_at) AS at_ms, concat(toString(log_partition), '/', toString(log_offset)) AS position,
  toString(original_source) AS original_source, original_id
FROM event
WHERE toDate(occurred_at) IN (SELECT toDate(fromUnixTimestamp64Milli(arrayJoin({at_ms:Array(Int64)}), 'UTC')))
  AND k IN (SELECT sipHash64(arrayJoin({resources:Array(String)})))
  AND reinterpretAsUInt64(id_hash) IN {refs:Array(UInt64)}
  AND (log_partition, log_offset) NOT IN (
    SELECT log_partition, log_offset FROM event_excluded
    WHERE toDate(occurred_at) IN (SELECT toDate(fromUnixTimestamp64Milli(arrayJoin({at_ms:Array(Int64)}), 'UTC')))
  )
ORDER BY log_partition, log_offset
LIMIT 1 BY ref
UNION ALL
SELECT toString(reinterpretAsUInt64(id_hash)) AS ref, source, id, 'ACCOUNT.DELETE' AS type, toUnixTimestamp64Milli(at) AS at_ms,
  concat(toString(log_partition), '/', toString(log_offset)) AS position, '' AS original_source, '' AS original_id
FROM account_end
WHERE account_id = {account_id:String} AND reinterpretAsUInt64(id_hash) IN {refs:Array(UInt64)}
ORDER BY log_partition, log_offset
LIMIT 1 BY ref
