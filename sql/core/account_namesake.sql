-- Another active account of the same name in the same domain; no row when the name is free.
-- Params  account_id, name, domain String   the account that wants the name
-- Rows    account_id String
-- Why     names are unique in a domain only; a deleted account gives its name back
SELECT account_id
FROM current_account
WHERE name = {name:String} AND domain = {domain:String} AND state = 'active' AND account_id != {account_id:String}
ORDER BY account_id
LIMIT 1
