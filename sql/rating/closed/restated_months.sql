-- Months before one that may have been changed by what came after some payer had closed the month before it.
-- Params  period, former String   the month that is rated, and the one before it
-- Params  as_of UInt64
-- Rows    month String
-- Why     told by the windows that runs wrote, so that mostly nothing more is asked. A month of an account's own is up to 15 hours off UTC's.
--         And by accounts that his closing of the month before did not hold and that of this one does, or will: all their months that nobody
--         had settled by then are on this one's statement
WITH
written AS (
  SELECT run_seq, arrayJoin([
    formatDateTime(subtractHours(window_start, 15), '%Y-%m', 'UTC'), formatDateTime(addHours(window_start, 15), '%Y-%m', 'UTC')]) AS month
  FROM published_window
  WHERE run_seq <= {as_of:UInt64}
    AND (SELECT count() FROM closed_period WHERE toString(closed_period.period) >= {former:String}) > 0
),
closed_to AS (
  SELECT payer_account_id AS closing_payer, min(run_seq) AS former_seq,
    if(countIf(toString(period) >= {period:String}) = 0, toUInt64(0), minIf(run_seq, toString(period) >= {period:String})) AS period_seq
  FROM closed_period
  WHERE toString(closed_period.period) >= {former:String}
  GROUP BY closing_payer
),
paid AS (
  SELECT account_id, if(payer_account_id = '', account_id, payer_account_id) AS payer, toUInt64(0) AS held_seq FROM current_account
  WHERE (SELECT count() FROM closed_to) > 0
  UNION ALL
  SELECT account_id, payer_account_id AS payer, run_seq AS held_seq FROM closed_period WHERE is_member AND run_seq IN (SELECT period_seq FROM closed_to)
),
came AS (
  SELECT account_id, max(held_seq) AS before_seq
  FROM paid INNER JOIN closed_to ON closing_payer = payer
  WHERE held_seq = period_seq AND (account_id, former_seq) NOT IN (
    SELECT account_id, run_seq FROM closed_period WHERE is_member AND run_seq IN (SELECT former_seq FROM closed_to)
  )
  GROUP BY account_id
),
settled AS (
  SELECT closed_period.account_id AS account_id, max(toString(closed_period.period)) AS settled_to
  FROM closed_period
  INNER JOIN (SELECT account_id AS comer, before_seq FROM came) AS coming ON comer = closed_period.account_id
  WHERE is_member AND (before_seq = 0 OR run_seq < before_seq)
  GROUP BY account_id
),
first AS (
  SELECT account_id, min(changed_at) AS first_at FROM account_over_time GROUP BY account_id
)
SELECT DISTINCT month
FROM (
  SELECT month FROM written
  WHERE run_seq > (SELECT min(run_seq) FROM closed_period WHERE toString(closed_period.period) >= {former:String})
  UNION DISTINCT
  SELECT written_month AS month
  FROM came
  CROSS JOIN (SELECT DISTINCT month AS written_month FROM written) AS months
  LEFT JOIN settled ON settled.account_id = came.account_id
  LEFT JOIN first ON first.account_id = came.account_id
  WHERE written_month > settled_to
    AND (written_month >= formatDateTime(subtractHours(first_at, 15), '%Y-%m', 'UTC')
      OR (came.account_id, written_month) IN (
        SELECT DISTINCT toString(usage_record.account_id), arrayJoin([
          formatDateTime(subtractHours(window_start, 15), '%Y-%m', 'UTC'), formatDateTime(addHours(window_start, 15), '%Y-%m', 'UTC')])
        FROM usage_record
        WHERE usage_record.account_id IN (SELECT account_id FROM came)
      ))
)
WHERE month < {period:String}
ORDER BY month
