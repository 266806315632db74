-- Finds sources that sent events on seven days at least and have been silent for more than twice as many days as ever before.
-- Params  from_ms, now_ms Int64          events since then are known; the present (Unix ms UTC)
-- Rows    none
-- Why     a source that has broken off looks like usage that goes on unchanged
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'source-silent', 'warning', '', toUInt16(0), '', '', toString(source), max(occurred_at),
  toJSONString(map('source', toString(source), 'days_with_events', toString(uniqExact(toDate(occurred_at))),
    'silent_ms', toString({now_ms:Int64} - toUnixTimestamp64Milli(max(occurred_at)))))
FROM event
WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
GROUP BY source
HAVING uniqExact(toDate(occurred_at)) >= 7
  AND intDiv({now_ms:Int64} - toUnixTimestamp64Milli(max(occurred_at)), 86400000)
    > 2 * arrayMax(arrayDifference(arrayMap(day -> toInt64(day), arraySort(groupUniqArray(toDate(occurred_at))))))
