-- Notes the resources of revised events, and of all revisions that arrivals may raise or make void, where published before.
-- Params  run_seq UInt64, late_before_ms Int64, from_offset, to_offset UInt64
-- Rows    none
-- Why     an amendment of today changes what was published for the time of the original; 1 ms earlier, since it may be a sample
INSERT INTO run_touched
SELECT {run_seq:UInt64}, k, min(occurred_at) - INTERVAL 1 MILLISECOND
FROM event_identity
WHERE occurred_at <= fromUnixTimestamp64Milli({late_before_ms:Int64}, 'UTC')
  AND id_hash IN (SELECT id_hash FROM revised_id(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64}))
GROUP BY k
