-- The published windows that hold some instants, each of an account in a zone, and whether the account's period there is closed.
-- Params  account_ids, zones Array(String), at_ms Array(Int64)   the three of a fact at the same place; Unix ms UTC
-- Rows    account_id, time_zone String, at_ms, start_ms, end_ms Int64 (Unix ms UTC), closed UInt8
-- Why     facts that come late change what is published: in an open period the record, in a closed one by an adjustment
SELECT account_id, time_zone, at_ms, start_ms, end_ms,
  start_ms < (SELECT maxMap(map(closed_period.account_id, toUnixTimestamp64Milli(to_at))) FROM closed_period)[account_id] AS closed
FROM (
  SELECT {account_ids:Array(String)}[n] AS account_id, {zones:Array(String)}[n] AS time_zone, {at_ms:Array(Int64)}[n] AS at_ms
  FROM (SELECT arrayJoin(arrayEnumerate({account_ids:Array(String)})) AS n)
) AS facts
ASOF INNER JOIN (
  SELECT DISTINCT toString(published_window.time_zone) AS time_zone, toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms
  FROM published_window
) AS published ON published.time_zone = facts.time_zone AND published.start_ms <= facts.at_ms
WHERE at_ms < end_ms
ORDER BY account_id, at_ms
