-- Runs as they stand, newest first.
-- Params  kind, state, period, run_id String   '' = any
-- Params  before_seq UInt64                    only runs below it, 0 = all
-- Params  limit UInt32
-- Rows    run_seq, step, run_id, kind, state, period, dry_run, asked_by, reason, from_ms, to_ms, bound, former_bound, versions, counts, error, began_ms, holder, lease_expires_ms, progress, changed_ms
-- Why     one row per step is kept; what counts is the latest
SELECT run_seq, step, run_id, kind, state, period, dry_run, asked_by, reason,
  toUnixTimestamp64Milli(from_at) AS from_ms, toUnixTimestamp64Milli(to_at) AS to_ms,
  bound, former_bound, versions, counts, error,
  toUnixTimestamp64Milli(began_at) AS began_ms, holder, toUnixTimestamp64Milli(lease_expires_at) AS lease_expires_ms, progress,
  toUnixTimestamp64Milli(changed_at) AS changed_ms
FROM current_run
WHERE ({kind:String} = '' OR kind = {kind:String})
  AND ({state:String} = '' OR state = {state:String})
  AND ({period:String} = '' OR period = {period:String})
  AND ({run_id:String} = '' OR run_id = {run_id:String})
  AND ({before_seq:UInt64} = 0 OR run_seq < {before_seq:UInt64})
ORDER BY run_seq DESC
LIMIT {limit:UInt32}
