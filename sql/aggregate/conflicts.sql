-- Arrivals that contradict an accepted event with the same source and id.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Params  after_offset Int64, limit UInt32                      page by offset
-- Rows    log_partition, log_offset and the columns of the message, occurred_ms Int64 (Unix ms UTC)
-- Why     a conflict rests in quarantine with its content, so that a person can decide
SELECT log_partition, log_offset, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, source, id, sequence, type, subject,
  account_id, account, domain, project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size,
  details, tags, extensions
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  AND toInt64(log_offset) > {after_offset:Int64}
  AND (log_partition, log_offset) IN (
    SELECT log_partition, log_offset FROM event_excluded
    WHERE conflict = 1 AND log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  )
ORDER BY log_offset
LIMIT {limit:UInt32}
