-- Fills scratch_arrival with what came in between two positions of one partition.
-- Params  log_partition UInt32, from_offset, to_offset UInt64   both ends in
-- Rows    none
-- Why     repeats, conflicts, late events, revisions and new shapes are all found from this one narrow read. A sample of a
--         counter counts 1 ms before its instant (sql/views/02_metering.sql), so that is when it may be late for
INSERT INTO scratch_arrival
SELECT log_partition, log_offset, id_hash, content_hash, original_hash, type = 'ACCOUNT.DELETE', occurred_at,
  fromUnixTimestamp64Milli(toUnixTimestamp64Milli(occurred_at) - (type = 'tally.counter'), 'UTC'), k
FROM event
WHERE log_partition = {log_partition:UInt32} AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
  AND toInt64(log_offset) < transform(log_claim, ((SELECT (groupArray(claim), groupArray(end_offset)) FROM ended_claim) AS ended_claims).1, ended_claims.2, toInt64(9223372036854775807))
