-- The account itself when usage of it was published; no row when none was.
-- Params  account_id String
-- Rows    account_id String
-- Why     its zone and currency then stand in published windows and cannot be exchanged under them
SELECT account_id
FROM usage_record
WHERE account_id = {account_id:String} AND run_seq IN (SELECT run_seq FROM published_run)
LIMIT 1
