-- Lets a rating run rate the accounts of those payers alone for whom something of the month came between two of their statements.
-- Params  as_of UInt64, from_ms, to_ms Int64   bounds on window_start, Unix ms UTC
-- Rows    none
-- Why     all accounts of a payer together: pools, and charges of a payer, are of them all. What came is usage, or an account that was there and
--         was on no statement of the month before (former 0): it may owe a fee though it used nothing
INSERT INTO scratch_rating_scope
SELECT account_id FROM scratch_closed_account
WHERE payer_account_id IN (
  SELECT payer_account_id
  FROM scratch_closed_account AS closed
  INNER JOIN (
    SELECT DISTINCT toString(usage_record.account_id) AS late_account, run_seq AS late_seq
    FROM usage_record
    WHERE run_seq > (SELECT min(former_seq) FROM scratch_closed_account WHERE cut_seq > former_seq) AND run_seq <= {as_of:UInt64}
      AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate')
      AND window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  ) AS late ON late_account = closed.account_id
  WHERE late_seq > former_seq AND late_seq <= cut_seq
  UNION ALL
  SELECT payer_account_id FROM scratch_closed_account
  WHERE former_seq = 0 AND cut_seq != 0
    AND account_id IN (SELECT account_id FROM account_over_time WHERE changed_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
)
