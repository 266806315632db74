-- Messages of the embedded log in its order.
-- Params  from_offset, to_offset UInt64   both ends in
-- Params  limit UInt32
-- Rows    log_partition, log_offset and the columns of the message, occurred_ms Int64 (Unix ms UTC)
-- Why     readers of the log (the core engine's rebuild) see what was appended, whatever became of it
SELECT log_partition, log_offset, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, source, id, sequence, type, subject,
  account_id, account, domain, project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size,
  details, tags, extensions, reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope
FROM event
WHERE log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
ORDER BY log_offset
LIMIT {limit:UInt32}
