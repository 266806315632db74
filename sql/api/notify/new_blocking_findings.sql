-- Open findings that block closing, counted by check, where some of them were first seen since an instant.
-- Params  since_ms Int64
-- Rows    check, severity, day String, findings UInt64, last_ms Int64 (Unix ms UTC)
-- Why     one message for all that a check found anew, not one a resource: a fault of a source finds thousands. last_ms is when the newest was
--         first seen: whenever something is added, it is another one, and another message
SELECT toString(finding.check) AS check, toString(finding.severity) AS severity, toString(toDate(max(finding.first_seen_at))) AS day, count() AS findings,
  toUnixTimestamp64Milli(max(finding.first_seen_at)) AS last_ms
FROM finding FINAL
WHERE state = 'open' AND severity != 'info'
GROUP BY check, severity
HAVING last_ms >= {since_ms:Int64}
ORDER BY check, severity
