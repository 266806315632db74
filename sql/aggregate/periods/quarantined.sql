-- Refused messages that were not put in again and seem to concern some accounts in a span of time.
-- Params  account_ids Array(String), from_ms, to_ms Int64
-- Rows    messages UInt64, ids Array(String) (some of them)
-- Why     what was refused may be missing from the bill. A message that names no account counts for those its source has sent
--         events of; one without a time that can be read counts from the span's start on
WITH read AS (
  SELECT quarantine_id, any(entry.raw) AS message, any(entry.source) AS source, max(entry.replayed_at) AS replayed, min(entry.first_seen_at) AS seen,
    JSONExtractString(message, 'data', 'account_id') AS account_id,
    ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(message, 'time'), 3, 'UTC'), seen) AS at,
    isNull(parseDateTime64BestEffortOrNull(JSONExtractString(message, 'time'), 3, 'UTC')) AS undated
  FROM quarantine AS entry
  GROUP BY quarantine_id
)
SELECT count() AS messages, arraySort(groupArray(10)(quarantine_id)) AS ids
FROM read
WHERE toUnixTimestamp64Milli(replayed) = 0
  AND at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND (undated OR at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
  AND (account_id IN {account_ids:Array(String)} OR (account_id = '' AND source IN (
    SELECT DISTINCT event.source FROM event
    WHERE event.account_id IN {account_ids:Array(String)}
      AND event.occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND event.occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  )))
