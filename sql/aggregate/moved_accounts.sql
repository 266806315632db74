-- How many accounts are in another zone than the run before had them in.
-- Params  run_seq UInt64
-- Rows    moved UInt64
-- Why     finding their resources reads all events ever kept; almost every run has none to find
SELECT uniqExact(account_id) AS moved
FROM account_zone
WHERE run_seq = {run_seq:UInt64}
  AND account_id IN (SELECT account_id FROM account_zone WHERE run_seq IN (SELECT run_seq FROM published_run))
