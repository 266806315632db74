-- A document that counts.
-- Params  statement_id String
-- Rows    statement_id, kind, payer_account_id, currency String
-- Why     money is paid for what was issued to the same payer in the same currency
SELECT statement_id, kind, payer_account_id, currency
FROM statement_document
WHERE statement_id = {statement_id:String} AND run_seq IN (SELECT run_seq FROM published_run)
LIMIT 1
