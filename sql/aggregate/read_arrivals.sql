-- Fills scratch_arrival with what came in between two positions of one partition.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Rows    none
-- Why     repeats, conflicts, late events and new shapes are all found from this one narrow read
INSERT INTO scratch_arrival
SELECT log_partition, log_offset, id_hash, content_hash, occurred_at, k
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
