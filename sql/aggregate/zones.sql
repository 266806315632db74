-- The calendars in which windows are cut, who is in them when, and how far each is published.
-- Params  none
-- Rows    zone String, founded UInt8 (somebody is in it since the beginning), joined_ms Int64 (when the first one moved in, -1 = none), ends_ms Int64 (when the last one leaves),
--         turns Array(Int64) (instants at which somebody comes or goes), published_from_ms, published_to_ms Int64 (Unix ms UTC, -1 = nothing yet)
-- Why     each calendar has windows of its own; needs scratch_account and scratch_run
SELECT calendar.name AS zone, calendar.founded AS founded, calendar.joined_ms AS joined_ms, calendar.ends_ms AS ends_ms, calendar.turns AS turns,
  if(published.windows = 0, toInt64(-1), toUnixTimestamp64Milli(published.from_at)) AS published_from_ms,
  if(published.windows = 0, toInt64(-1), toUnixTimestamp64Milli(published.to_at)) AS published_to_ms
FROM (
  SELECT zone AS name, toUInt8(min(from_ms) = 0) AS founded, if(max(from_ms) = 0, toInt64(-1), minIf(from_ms, from_ms > 0)) AS joined_ms, max(to_ms) AS ends_ms,
    arraySort(arrayDistinct(arrayConcat(groupUniqArray(from_ms), groupUniqArray(to_ms)))) AS turns
  FROM scratch_account
  GROUP BY zone
) AS calendar
LEFT JOIN (
  SELECT published_window.calendar AS name, min(window_start) AS from_at, max(window_end) AS to_at, count() AS windows FROM published_window
  WHERE run_seq IN (SELECT run_seq FROM scratch_run) GROUP BY name
) AS published ON published.name = calendar.name
ORDER BY zone
