-- A page of accounts as they stand, in the order of their ids.
-- Params  after_id String   the last id of the former page, '' = from the first
-- Params  within Array(String)   the accounts that may be seen, none = all
-- Params  limit UInt32
-- Rows    account_id, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, version
-- Why     reads the table in its own order, so a page costs what it holds
SELECT account_id, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, version
FROM account
WHERE account_id > {after_id:String} AND (empty({within:Array(String)}) OR account_id IN {within:Array(String)})
  AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY account_id, fence DESC, version DESC
LIMIT 1 BY account_id
LIMIT {limit:UInt32}
