-- One account as it stands; no row when there is none.
-- Params  account_id String
-- Rows    account_id, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, version
-- Why     of the versions that count the one with the highest fence is current
SELECT account_id, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, version
FROM account
WHERE account_id = {account_id:String}
  AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY fence DESC, version DESC
LIMIT 1
