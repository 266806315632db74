-- Whether anything happened to money since: a mark that is another one then.
-- Params  none
-- Rows    run_seq, payments, grants, thresholds UInt64
-- Why     asked every half minute; what it stands for is a look at the whole ledger
SELECT (SELECT max(run_seq) FROM published_run WHERE kind IN ('rate', 'finalize', 'expire')) AS run_seq,
  (SELECT count() FROM payment) AS payments, (SELECT count() FROM credit_grant) AS grants, (SELECT count() FROM balance_threshold) AS thresholds
