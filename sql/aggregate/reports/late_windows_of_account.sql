-- Which of some late windows hold rows of an account.
-- Params  account_id String
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_pair
-- Rows    run_seq UInt64, start_ms Int64, Unix ms UTC
-- Why     where somebody's facts came late mostly nothing of this account did, and plain usage says it
SELECT DISTINCT run_seq, toUnixTimestamp64Milli(window_start) AS start_ms
FROM usage_record
WHERE account_id = {account_id:String} AND run_seq IN {late_runs:Array(UInt64)}
  AND window_start IN (SELECT fromUnixTimestamp64Milli(arrayJoin({late_starts:Array(Int64)}), 'UTC'))
  AND (run_seq, window_start) IN (SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}))
ORDER BY run_seq, start_ms
