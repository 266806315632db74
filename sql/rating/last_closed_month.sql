-- The last month that is closed for one of the accounts that an assignment reaches, and whose; no row where none has a closed one.
-- Params  kind, id String          an account's id, or a domain's path, which reaches all domains below it
-- Rows    account_id String, period String
-- Why     closing a period closes all before it, so the last one says it all
SELECT account_id, toString(period) AS period
FROM closed_period
WHERE if({kind:String} = 'account', account_id = {id:String},
  account_id IN (SELECT account_id FROM current_account WHERE domain = {id:String} OR startsWith(domain, concat({id:String}, '/'))))
ORDER BY period DESC, account_id
LIMIT 1
