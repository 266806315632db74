-- Finds events with the id of another one and other content: those runs excluded, and those the way in put into quarantine.
-- Params  none
-- Rows    none
-- Why     one of the two is wrong, and only a person can say which (P3)
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'conflict', 'error', account_id, toUInt16(0), resource, part, concat(source, ' ', id), min(at),
  toJSONString(map('source', source, 'id', id, 'quarantine_ids', arrayStringConcat(arraySort(groupUniqArrayIf(10)(quarantine_id, quarantine_id != '')), ', ')))
FROM (
  SELECT toString(account_id) AS account_id, resource, part, toString(source) AS source, id, occurred_at AS at, '' AS quarantine_id
  FROM event
  WHERE toDate(occurred_at) IN (SELECT toDate(occurred_at) FROM event_excluded WHERE conflict = 1)
    AND (log_partition, log_offset) IN (SELECT log_partition, log_offset FROM event_excluded WHERE conflict = 1)
  UNION ALL
  SELECT JSONExtractString(message, 'data', 'account_id'), JSONExtractString(message, 'data', 'resource'), JSONExtractString(message, 'data', 'part'),
    source, id, ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(message, 'time'), 3, 'UTC'), seen_at), quarantine_id
  FROM refused_message
  WHERE field = 'id' AND endsWith(reason, 'with other content') AND NOT replayed
)
GROUP BY account_id, resource, part, source, id
