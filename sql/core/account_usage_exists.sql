-- The account itself when usage of it was published; no row when none was.
-- Params  account_id String
-- Rows    account_id String
-- Why     its currency then stands behind what is published and cannot be exchanged under it
SELECT account_id
FROM usage_record
WHERE account_id = {account_id:String} AND run_seq IN (SELECT run_seq FROM published_run)
LIMIT 1
