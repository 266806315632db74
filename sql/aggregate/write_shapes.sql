-- Keeps what the shape hashes of new events stand for.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Rows    none
-- Why     records carry the hash only; content-addressed, so writing one twice changes nothing
INSERT INTO shape
SELECT shape, any(project_id), any(zone), any(offering), any(template), any(resource_type), any(vm), any(size), any(virtual_size), any(details), any(tags)
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  AND shape NOT IN (SELECT shape FROM shape)
GROUP BY shape
