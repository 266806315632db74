-- A page of the events of an archive file, in the order of the log they were written from.
-- Params  archive_path String                      a Parquet file as retention writes it
-- Params  after_partition UInt32, after_offset Int64   where the former page ended; -1 = the first page
-- Params  limit UInt32
-- Rows    log_partition, log_offset and the columns of the message, occurred_ms Int64 (Unix ms UTC)
-- Why     an archive can be put into another installation, or into one that lost its events
SELECT log_partition, log_offset, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, source, id, sequence, type, subject,
  account_id, account, domain, project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size,
  details, tags, extensions, reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope
FROM file({archive_path:String}, 'Parquet')
WHERE (log_partition, toInt64(log_offset)) > ({after_partition:UInt32}, {after_offset:Int64})
ORDER BY log_partition, log_offset
LIMIT 1 BY log_partition, log_offset
LIMIT {limit:UInt32}
