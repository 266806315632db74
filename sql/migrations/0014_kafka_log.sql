-- The event log on Kafka: who may write which positions, so that a position counts once however often it is written.

-- A claim is the right to write one partition's positions from from_offset on; the next claim on the partition ends it there. Its
-- number is 2^32 × partition + epoch. What a writer adds after its claim has ended does not count (view ended_claim).
CREATE TABLE IF NOT EXISTS event_claim (
  log_partition UInt32,
  epoch UInt32,
  from_offset UInt64
) ENGINE = ReplacingMergeTree ORDER BY (log_partition, epoch)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- 0 = written by the log kept in the store itself, which has one writer.
ALTER TABLE event ADD COLUMN IF NOT EXISTS log_claim UInt64 AFTER log_offset;
