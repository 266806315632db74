-- What is among the arrivals that most runs have none of.
-- Params  from_offset, to_offset UInt64   offsets of the arrivals, both ends in
-- Params  late_before_ms Int64            Unix ms UTC
-- Rows    conflicts, archived UInt64 (excluded for a reason: see conflicts.sql), late (before what is published), revisions, endings (of accounts) UInt64
-- Why     what there is none of need not be worked on: each statement costs some milliseconds, whatever it finds
SELECT
  (SELECT count() FROM event_excluded WHERE conflict = 1 AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}) AS conflicts,
  (SELECT count() FROM event_excluded WHERE conflict = 2 AND log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}) AS archived,
  countIf(effective_at < fromUnixTimestamp64Milli({late_before_ms:Int64}, 'UTC')) AS late,
  countIf(original_hash != 0) AS revisions, countIf(ends_account) AS endings
FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64})
