-- The zones of accounts over time.
-- Params  account_ids Array(String), default_zone String   of accounts that name none
-- Rows    account_id, timeline String (as zone_of_account writes them)
-- Why     a forecast says from when to when it reckons, also of accounts that are charged and used nothing
SELECT account.account_id AS account_id,
  multiIf(zoned.timeline != '', zoned.timeline, account.time_zone = '', concat('0 ', {default_zone:String}), concat('0 ', account.time_zone)) AS timeline
FROM current_account AS account
LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = account.account_id
WHERE account.account_id IN {account_ids:Array(String)}
ORDER BY account_id
