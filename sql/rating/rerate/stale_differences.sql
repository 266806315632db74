-- Rating runs whose kept differences may go: of neither published runs nor the five last dry ones of their period that kept any.
-- Params  none
-- Rows    period String, run_seq UInt64, run_id String
-- Why     a forecast is dry runs that keep nothing, and must not push out what a person asked for; what a published re-rating reversed is kept for ever; totals are written before records, so whoever left records is named here
SELECT period, kept.run_seq AS run_seq, run_id
FROM (SELECT DISTINCT period, run_seq FROM rerated_account) AS kept
INNER JOIN (SELECT run_seq AS begun_seq, run_id FROM current_run) AS begun ON begun_seq = kept.run_seq
WHERE kept.run_seq NOT IN (SELECT run_seq FROM published_run WHERE kind = 'rate')
  AND kept.run_seq NOT IN (
    SELECT run_seq FROM current_run
    WHERE kind = 'rate' AND dry_run = 1 AND state = 'discarded' AND run_seq IN (SELECT run_seq FROM rerated_account)
    ORDER BY run_seq DESC LIMIT 5 BY period
  )
ORDER BY run_seq
