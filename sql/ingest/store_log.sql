-- Which log the events of this store are of, whether there are any, and what tells this store from every other.
-- Params  none
-- Rows    log_id String ('' = none yet), events UInt64, store_id String
-- Why     a position means nothing without its log: a topic made anew, or another one, must not go on where this one was
SELECT
  (SELECT argMax(log_id, created_at) FROM event_log) AS log_id,
  (SELECT count() FROM event) + (SELECT count() FROM archive) + (SELECT count() FROM event_claim) AS events,
  (SELECT toString(any(uuid)) FROM system.tables WHERE database = currentDatabase() AND name = 'event') AS store_id
