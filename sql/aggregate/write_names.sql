-- Keeps the names of resources with the latest instant each was told at.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Rows    none
-- Why     a name is a label: it is shown beside records and billed by nothing
INSERT INTO resource_name
SELECT account_id, resource, part, name, max(event.occurred_at)
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  AND (log_partition, log_offset) NOT IN (
    SELECT log_partition, log_offset FROM event_excluded WHERE log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  )
  AND name != ''
GROUP BY account_id, resource, part, name
