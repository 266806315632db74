-- The events that came with one source and id, in the order of the log, and what became of each.
-- Params  source, id String
-- Rows    log_partition, log_offset, the columns of the message, occurred_ms Int64 (Unix ms UTC), outcome String, recorded_ms Int64
-- Why     a sender asks what became of what it sent; outcome: accepted, duplicate, conflict
SELECT log_partition, log_offset, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, source, id, sequence, type, subject,
  account_id, account, domain, project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size,
  details, tags, extensions, toUnixTimestamp64Milli(recorded_at) AS recorded_ms,
  multiIf(
    (log_partition, log_offset) IN (SELECT log_partition, log_offset FROM event_excluded WHERE conflict = 1), 'conflict',
    (log_partition, log_offset) IN (SELECT log_partition, log_offset FROM event_excluded WHERE conflict = 0), 'duplicate',
    'accepted') AS outcome
FROM event
WHERE source = {source:String} AND id = {id:String}
ORDER BY log_partition, log_offset
LIMIT 100
