-- Windows a run wrote when somebody's period that holds them was closed already: the only places where adjustments can be.
-- Params  live_seq UInt64   dry run whose rows count too, 0 = none
-- Rows    run_seq UInt64, start_ms Int64 (of the window), closed_ms Int64 (where the latest of the closings before that run ends), Unix ms UTC
-- Why     mostly there are none, and without adjustments both bases say the same: told by small tables alone. What a run wrote is booked
--         by the latest closing before it at the latest
SELECT DISTINCT written.run_seq AS run_seq, toUnixTimestamp64Milli(written.window_start) AS start_ms, toUnixTimestamp64Milli(closing.closed_to) AS closed_ms
FROM (
  SELECT 1 AS everyone, run_seq, window_start FROM published_window
  UNION ALL
  SELECT 1 AS everyone, run_seq, window_start FROM run_window WHERE run_seq = {live_seq:UInt64}
) AS written
ASOF INNER JOIN (
  SELECT 1 AS everyone, run_seq AS close_seq, max(max(to_at)) OVER (ORDER BY run_seq) AS closed_to FROM closed_period GROUP BY run_seq
) AS closing ON closing.everyone = written.everyone AND closing.close_seq < written.run_seq
WHERE written.window_start < closing.closed_to
ORDER BY run_seq, start_ms
