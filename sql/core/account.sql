-- One account as it stands; no row when there is none.
-- Params  account_id String
-- Rows    account_id, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, version
-- Why     of the versions kept the highest is current
SELECT account_id, name, kind, domain, payer_account_id, currency, time_zone, payment, rate_card_id, state, version
FROM account
WHERE account_id = {account_id:String}
ORDER BY version DESC
LIMIT 1
