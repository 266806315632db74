-- How far each calendar is published, and when the last account leaves it.
-- Params  none
-- Rows    calendar String, published_to_ms, ends_ms Int64 (Unix ms UTC; 0 = nobody stays in it)
-- Why     usage is complete as far as all calendars are that still have somebody in them
SELECT published.calendar AS calendar, toUnixTimestamp64Milli(published.to_at) AS published_to_ms, stay.ends_ms AS ends_ms
FROM (
  SELECT published_window.calendar AS calendar, max(window_end) AS to_at FROM published_window GROUP BY calendar
) AS published
LEFT JOIN (
  SELECT zone, max(until_ms) AS ends_ms
  FROM (
    SELECT zones, arrayPushBack(arrayPopFront(from_ms), toInt64(4611686018427387904)) AS untils FROM zone_of_account(run_seq = 0)
  )
  ARRAY JOIN zones AS zone, untils AS until_ms
  GROUP BY zone
) AS stay ON stay.zone = published.calendar
ORDER BY calendar
