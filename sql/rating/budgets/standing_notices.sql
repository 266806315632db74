-- How the thresholds that were reached in a month stand.
-- Params  period String
-- Rows    notice_id String, turn UInt32, state String, run_seq UInt64 (that said so)
-- Why     what was noticed is not noticed again
SELECT notice_id, max(notice.turn) AS turn, argMax(notice.state, notice.turn) AS state, argMax(notice.run_seq, notice.turn) AS run_seq
FROM budget_notice AS notice
WHERE notice.period = {period:String}
  AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
GROUP BY notice_id
ORDER BY notice_id
