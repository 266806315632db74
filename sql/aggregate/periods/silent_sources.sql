-- Sources that fell silent before a span ended: seven days with events in it, none since, and for twice as long as ever within it.
-- Params  account_ids Array(String)
-- Params  from_ms, to_ms, now_ms Int64   the span (Unix ms UTC): a period and some weeks before it, so that a source that broke off before
--                                        the period or in its first days is missed in it, too
-- Rows    source String, last_ms Int64 (its last event, Unix ms UTC)
-- Why     a source that has broken off looks like usage that goes on unchanged
SELECT toString(source) AS source, toUnixTimestamp64Milli(max(occurred_at)) AS last_ms
FROM event
WHERE occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND source IN (
    SELECT DISTINCT event.source FROM event
    WHERE event.account_id IN {account_ids:Array(String)}
      AND event.occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND event.occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  )
GROUP BY source
HAVING last_ms < {to_ms:Int64} AND uniqExact(toDate(occurred_at)) >= 7
  AND intDiv({now_ms:Int64} - last_ms, 86400000)
    > 2 * arrayMax(arrayDifference(arrayMap(day -> toInt64(day), arraySort(groupUniqArray(toDate(occurred_at))))))
ORDER BY source
