-- Open findings that block closing and were first seen since an instant, counted by check.
-- Params  since_ms Int64
-- Rows    check, severity, day String, findings UInt64, last_ms Int64 (Unix ms UTC)
-- Why     one message a check and a day, not one a resource: a fault of a source finds thousands
SELECT toString(finding.check) AS check, toString(finding.severity) AS severity, toString(toDate(finding.first_seen_at)) AS day, count() AS findings,
  toUnixTimestamp64Milli(min(finding.first_seen_at)) AS last_ms
FROM finding FINAL
WHERE state = 'open' AND severity != 'info' AND first_seen_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
GROUP BY check, severity, day
ORDER BY check, severity, last_ms
