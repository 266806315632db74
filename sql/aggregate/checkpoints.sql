-- Checkpoints that count for a run, oldest first.
-- Params  from_ms, to_ms Int64   both ends in, Unix ms UTC
-- Rows    at_ms Int64
-- Why     a span starts from the latest one at or before its start; later ones are repaired when something late arrives
SELECT DISTINCT toUnixTimestamp64Milli(at) AS at_ms
FROM checkpoint
WHERE at BETWEEN fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND run_seq IN (SELECT run_seq FROM scratch_run)
ORDER BY at_ms
