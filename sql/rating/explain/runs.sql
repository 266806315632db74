-- Runs by their numbers.
-- Params  seqs Array(UInt64)
-- Rows    seq, run_id, kind, state String, to_ms Int64, bound, versions (JSON) String, changed_ms Int64
-- Why     records name runs by number; people by id, and a bill by the bounds its runs stood on (P12)
SELECT toString(run_seq) AS seq, run_id, toString(kind) AS kind, toString(state) AS state,
  toUnixTimestamp64Milli(to_at) AS to_ms, bound, versions, toUnixTimestamp64Milli(changed_at) AS changed_ms
FROM current_run
WHERE run_seq IN {seqs:Array(UInt64)}
ORDER BY run_seq DESC
