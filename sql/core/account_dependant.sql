-- An active account that another account pays for; no row when it pays for itself alone.
-- Params  account_id String   the payer
-- Rows    account_id String
-- Why     a payer pays for itself, so one that pays for others can neither be paid for nor go
SELECT account_id
FROM current_account
WHERE payer_account_id = {account_id:String} AND account_id != {account_id:String} AND state = 'active'
ORDER BY account_id
LIMIT 1
