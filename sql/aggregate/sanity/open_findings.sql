-- Open findings by check, of some accounts and a span of time.
-- Params  account_ids Array(String)      empty = all; what names no account concerns everybody
-- Params  from_ms, to_ms Int64           at, half-open, Unix ms UTC
-- Rows    check, severity String, findings UInt64, ids Array(String) (some of them)
-- Why     they speak against closing a period, and metrics count them
SELECT toString(current.check) AS check, toString(current.severity) AS severity, count() AS findings,
  arraySort(groupArray(10)(concat('fi_', lower(hex(finding_id))))) AS ids
FROM current_finding AS current
WHERE state = 'open' AND (empty({account_ids:Array(String)}) OR account_id = '' OR account_id IN {account_ids:Array(String)})
  AND at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
GROUP BY check, severity
ORDER BY check, severity
