-- Lays out the runs whose usage came too late for the statements that are made: after the last one that counts for the account.
-- Params  from_ms, to_ms Int64   bounds on window_start, Unix ms UTC
-- Rows    none
-- Why     only who closed the month can have such, and few do; of an account that came to its payer after that, all are (cut 0). Rows that nobody
--         published or that a forecast adds are left out like others
INSERT INTO scratch_late_usage
SELECT DISTINCT toString(usage_record.account_id) AS account_id, run_seq
FROM usage_record
INNER JOIN (SELECT account_id AS owner, cut_seq FROM scratch_closed_account) AS closed ON owner = usage_record.account_id
WHERE run_seq > cut_seq
  AND (run_seq > (SELECT min(cut_seq) FROM scratch_closed_account WHERE cut_seq != 0)
    OR usage_record.account_id IN (SELECT account_id FROM scratch_closed_account WHERE cut_seq = 0))
  AND window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
