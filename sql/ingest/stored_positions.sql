-- How far each partition of a Kafka topic is stored for certain, and the last claim on it.
-- Params  reader String   under which ingest notes what it has stored
-- Rows    log_partition UInt32, epoch UInt32 (0 = never claimed), next_offset UInt64
-- Why     the store says where ingest goes on; Kafka's committed offset only ever says that it got a little further
SELECT log_partition, max(epoch) AS epoch, max(next_offset) AS next_offset
FROM (
  SELECT log_partition, epoch, from_offset AS next_offset FROM event_claim
  UNION ALL
  SELECT log_partition, toUInt32(0) AS epoch, log_offset + 1 AS next_offset FROM event_log_commit WHERE reader = {reader:String}
)
GROUP BY log_partition
ORDER BY log_partition
