-- Arrivals that were excluded for a reason.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Params  conflict UInt8   1 = they contradict an accepted event with their source and id, 2 = they would change what is archived
-- Params  after_offset Int64, limit UInt32                      page by offset
-- Rows    log_partition, log_offset and the columns of the message, occurred_ms Int64 (Unix ms UTC)
-- Why     it rests in quarantine with its content, so that a person can decide
SELECT log_partition, log_offset, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, source, id, sequence, type, subject,
  account_id, account, domain, project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size,
  details, tags, extensions, reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  AND toInt64(log_offset) > {after_offset:Int64}
  AND (log_partition, log_offset) IN (
    SELECT log_partition, log_offset FROM event_excluded
    WHERE conflict = {conflict:UInt8} AND log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  )
ORDER BY log_offset
LIMIT {limit:UInt32}
