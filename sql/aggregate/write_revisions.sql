-- Remembers which accepted arrivals revise which events.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Rows    none
-- Why     what is revised counts for nothing from then on, wherever in time it lies
INSERT INTO event_revision
SELECT original_hash, revision, source, id, id_hash, log_partition, log_offset
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64} AND revision != 0
  AND (log_partition, log_offset) IN (
    SELECT log_partition, log_offset FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64}) WHERE original_hash != 0
  )
