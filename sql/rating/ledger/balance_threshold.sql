-- Below what a payer's prepaid balance is low, as it was said last.
-- Params  account_id String
-- Rows    account_id, low String, version UInt64, changed_ms Int64, changed_by String
-- Why     versions are kept, the last one counts
SELECT account_id, low, version, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM balance_threshold
WHERE account_id = {account_id:String}
  AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY fence DESC, version DESC
LIMIT 1
