-- The embedded event log of this store and the offset its next event gets; no row before it is made.
-- Params  none
-- Rows    log_id String, next_offset UInt64
-- Why     after a restart offsets go on above everything that was ever written, acknowledged or not, archived or not; of events only
--         those above what runs have read are looked at, so that starting does not cost what there is
WITH (SELECT up_to_offset FROM admitted) AS read_to
SELECT log_id, greatest(
  toUInt64(read_to + 1),
  (SELECT if(count() = 0, 0, max(log_offset) + 1) FROM event WHERE log_offset >= toUInt64(read_to + 1)),
  (SELECT if(count() = 0, 0, max(last_offset) + 1) FROM archive)) AS next_offset
FROM event_log
ORDER BY created_at DESC
LIMIT 1
