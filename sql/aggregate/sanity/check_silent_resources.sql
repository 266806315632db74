-- Finds resources that reported readings regularly and have stopped, while their source goes on.
-- Params  from_ms Int64                  reports since then are known (Unix ms UTC)
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  registry_version String
-- Rows    none
-- Why     what a broken meter does not report is not charged. Regularly: eight reports at least; stopped: silent for more than three
--         times its longest pause and six hours, by the clock of its source's own events. What was closed may be silent
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'resource-silent', 'warning', meter.account_id, toUInt16(0), meter.resource, meter.part, concat(meter.type, ' of ', meter.source), meter.last_at,
  toJSONString(map('source', meter.source, 'reports', toString(meter.reports), 'longest_pause_ms', toString(meter.pause_ms),
    'silent_ms', toString(dateDiff('millisecond', meter.last_at, clock.last_at))))
FROM (
  SELECT toString(source) AS source, toString(type) AS type, resource, part, argMax(toString(account_id), occurred_at) AS account_id, count() AS reports, max(occurred_at) AS last_at,
    arrayMax(arrayDifference(arraySort(groupArray(toUnixTimestamp64Milli(occurred_at))))) AS pause_ms
  FROM event
  WHERE type IN ('tally.counter', 'tally.gauge') AND toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
    AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  GROUP BY source, type, resource, part
  HAVING reports >= 8
) AS meter
INNER JOIN (
  SELECT toString(source) AS source, max(occurred_at) AS last_at FROM event
  WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
  GROUP BY source
) AS clock ON clock.source = meter.source
LEFT JOIN (
  SELECT resource, max(occurred_at) AS closed_at FROM event
  WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')) AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND type IN (SELECT event_type FROM usage_type_effect WHERE registry_version = {registry_version:String} AND effect = 0)
  GROUP BY resource
) AS closing ON closing.resource = meter.resource
WHERE dateDiff('millisecond', meter.last_at, clock.last_at) > greatest(3 * meter.pause_ms, 21600000)
  AND closing.closed_at < meter.last_at
  AND meter.account_id NOT IN (SELECT account_id FROM scratch_ended)
