-- The embedded event log of this store and the offset its next event gets; no row before it is made.
-- Params  none
-- Rows    log_id String, next_offset UInt64
-- Why     after a restart offsets go on above everything that was ever written, acknowledged or not, archived or not
SELECT log_id, greatest(
  (SELECT if(count() = 0, 0, max(log_offset) + 1) FROM event),
  (SELECT if(count() = 0, 0, max(last_offset) + 1) FROM archive)) AS next_offset
FROM event_log
ORDER BY created_at DESC
LIMIT 1
