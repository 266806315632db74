-- The events that came with one source and id, in the order of the log, and what became of each.
-- Params  source, id String
-- Rows    log_partition, log_offset, the columns of the message, occurred_ms Int64 (Unix ms UTC), outcome String, recorded_ms Int64
-- Why     a sender asks what became of what it sent; outcome: accepted, duplicate, conflict. Where to look is known of the accepted
--         one and its repeats (its instant and resource) and of conflicts; of what no run has seen only that it lies at the log's end
WITH reinterpretAsUInt128(sipHash128({source:String}, {id:String})) AS wanted
SELECT log_partition, log_offset, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, source, id, sequence, type, subject,
  account_id, account, domain, project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size,
  details, tags, extensions, reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope,
  toUnixTimestamp64Milli(recorded_at) AS recorded_ms,
  multiIf(
    (log_partition, log_offset) IN (SELECT log_partition, log_offset FROM event_excluded WHERE conflict != 0), 'conflict',
    (log_partition, log_offset) IN (SELECT log_partition, log_offset FROM event_excluded WHERE conflict = 0), 'duplicate',
    'accepted') AS outcome
FROM (
  SELECT * FROM event
  WHERE id_hash = wanted
    AND (toDate(occurred_at), k) IN (SELECT toDate(occurred_at), k FROM event_identity WHERE id_hash = wanted)
  UNION ALL
  SELECT * FROM event
  WHERE id_hash = wanted AND log_offset IN (SELECT log_offset FROM event_excluded WHERE conflict != 0)
  UNION ALL
  SELECT * FROM event
  WHERE id_hash = wanted AND log_offset > (SELECT up_to_offset FROM admitted)
)
WHERE source = {source:String} AND id = {id:String}
ORDER BY log_partition, log_offset
LIMIT 1 BY log_partition, log_offset
LIMIT 100
