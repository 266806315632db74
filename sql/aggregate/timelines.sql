-- The different timelines of zones that accounts have.
-- Params  run_seq UInt64
-- Rows    timeline String, accounts UInt64
-- Why     windows are worked out once for each, not per account
SELECT timeline, count() AS accounts
FROM zone_of_account(run_seq = {run_seq:UInt64})
GROUP BY timeline
ORDER BY timeline
