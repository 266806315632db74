-- What accounts are called now.
-- Params  account_ids Array(String)
-- Rows    account_id, name
-- Why     names are labels, looked up beside what a page holds
SELECT account_id, name FROM current_account WHERE account_id IN {account_ids:Array(String)}
