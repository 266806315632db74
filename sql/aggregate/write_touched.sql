-- Notes the resources with accepted arrivals that count before what is already published.
-- Params  run_seq UInt64, late_before_ms Int64, from_offset, to_offset UInt64
-- Rows    none
-- Why     only these are computed again
INSERT INTO run_touched
SELECT {run_seq:UInt64}, k, min(effective_at)
FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64})
WHERE effective_at < fromUnixTimestamp64Milli({late_before_ms:Int64}, 'UTC')
GROUP BY k
