-- The accounts of a domain and of those below it, deleted ones too.
-- Params  domain String   its path
-- Rows    account_id String
-- Why     a path is a label of the account, so one below begins with it and a slash
SELECT account_id
FROM current_account
WHERE domain = {domain:String} OR startsWith(domain, concat({domain:String}, '/'))
ORDER BY account_id
