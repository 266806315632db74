-- Marks arrivals that would change what lies before the horizon: they count for nothing as long as that is archived.
-- Params  horizon_ms Int64 (Unix ms UTC), from_offset, to_offset UInt64   offsets of the arrivals, both ends in
-- Rows    none
-- Why     ingest refuses facts before the horizon, but only here it is known when the original of a revision happened. A revision
--         touches its original and all other revisions of it; a sample of a counter counts 1 ms before its instant
INSERT INTO event_excluded
WITH
revised AS (
  SELECT original_hash FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64}) WHERE original_hash != 0
),
sibling AS (
  SELECT original_hash, id_hash FROM event_revision WHERE original_hash IN (SELECT original_hash FROM revised)
),
archived AS (
  SELECT id_hash FROM event_identity
  WHERE id_hash IN (SELECT original_hash FROM revised UNION DISTINCT SELECT id_hash FROM sibling)
    AND (occurred_at < fromUnixTimestamp64Milli({horizon_ms:Int64}, 'UTC')
      OR (occurred_at = fromUnixTimestamp64Milli({horizon_ms:Int64}, 'UTC') AND id_hash IN (
        SELECT id_hash FROM event
        WHERE toDate(occurred_at) = toDate(fromUnixTimestamp64Milli({horizon_ms:Int64}, 'UTC'))
          AND occurred_at = fromUnixTimestamp64Milli({horizon_ms:Int64}, 'UTC') AND type = 'tally.counter')))
),
untouchable AS (
  SELECT id_hash AS original_hash FROM archived
  UNION DISTINCT
  SELECT original_hash FROM sibling WHERE id_hash IN (SELECT id_hash FROM archived)
)
SELECT occurred_at, log_partition, log_offset, toUInt8(2)
FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64})
WHERE effective_at < fromUnixTimestamp64Milli({horizon_ms:Int64}, 'UTC')
  OR (original_hash != 0 AND original_hash IN (SELECT original_hash FROM untouchable))
