-- Months before one that may have been changed by usage that came after some payer had closed the month before it.
-- Params  period, former String   the month that is rated, and the one before it
-- Params  as_of UInt64
-- Rows    month String
-- Why     told by the windows that runs wrote, so that mostly nothing more is asked. A month of an account's own is up to 15 hours off UTC's
SELECT DISTINCT month
FROM (
  SELECT arrayJoin([
    formatDateTime(subtractHours(window_start, 15), '%Y-%m', 'UTC'), formatDateTime(addHours(window_start, 15), '%Y-%m', 'UTC')]) AS month
  FROM published_window
  WHERE run_seq <= {as_of:UInt64}
    AND (SELECT count() FROM closed_period WHERE toString(closed_period.period) >= {former:String}) > 0
    AND run_seq > (SELECT min(run_seq) FROM closed_period WHERE toString(closed_period.period) >= {former:String})
)
WHERE month < {period:String}
ORDER BY month
