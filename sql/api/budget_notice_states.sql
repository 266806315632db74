-- How many thresholds of budgets were reached, by how they stand.
-- Params  none
-- Rows    of, state String, notices UInt64
-- Why     metrics count them, whichever process noticed
SELECT of, state, count() AS notices
FROM (
  SELECT any(notice.of) AS of, argMax(notice.state, notice.turn) AS state
  FROM budget_notice AS notice
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  GROUP BY notice.notice_id
)
GROUP BY of, state
ORDER BY of, state
