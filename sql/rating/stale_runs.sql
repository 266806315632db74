-- Rating runs whose rows may go: all but the two last published ones of each period.
-- Params  none
-- Rows    period String, run_seq UInt64
-- Why     the one before stays, so that any bill can be held against what it was; rows of failed runs never counted.
--         What a run rated again of closed months stands under periods of its own, and goes with it
SELECT DISTINCT period, run_seq
FROM (
  SELECT DISTINCT period, run_seq FROM billing_record UNION ALL SELECT DISTINCT period, run_seq FROM statement_line
  UNION ALL SELECT DISTINCT period, run_seq FROM rating_account
)
WHERE run_seq NOT IN (
  SELECT run_seq FROM (SELECT period, run_seq FROM published_run WHERE kind = 'rate' ORDER BY run_seq DESC LIMIT 2 BY period)
)
ORDER BY run_seq
