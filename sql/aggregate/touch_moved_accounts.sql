-- Marks the resources of accounts that this run moved into a calendar which is published further already.
-- Params  run_seq UInt64
-- Params  calendars Array(String), from_ms Array(Int64)   the stays that begin before what is published ends
-- Rows    none
-- Why     those windows hold what the others used; what these accounts used in them is said as a correction
INSERT INTO run_touched
SELECT {run_seq:UInt64}, held.k, fromUnixTimestamp64Milli(min(member.since_ms), 'UTC')
FROM (
  SELECT k, account_id FROM event
  UNION ALL
  SELECT k, account_id FROM resource_state WHERE at IN (SELECT horizon_at FROM archive_horizon)
) AS held
INNER JOIN (
  SELECT account_id, scratch_account.from_ms AS since_ms FROM scratch_account
  WHERE has(arrayZip({calendars:Array(String)}, {from_ms:Array(Int64)}), (zone, scratch_account.from_ms))
    AND account_id IN (SELECT account_id FROM account_zone WHERE run_seq = {run_seq:UInt64})
) AS member ON member.account_id = toString(held.account_id)
GROUP BY held.k
