-- Void statements of a month that are neither issued again nor written off.
-- Params  period, payer_account_id String   '' = any payer
-- Rows    payer_account_id, statement_id
-- Why     what they billed is unbilled until one of the two is done, and nothing else reminds of it
SELECT payer_account_id, statement_id
FROM issued_document
WHERE period = {period:String} AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String}) AND net != 0
  AND statement_id IN (SELECT reverses FROM issued_document WHERE period = {period:String})
  AND statement_id NOT IN (SELECT replaces FROM issued_document WHERE period = {period:String})
  AND statement_id NOT IN (SELECT off_id FROM written_off)
ORDER BY payer_account_id, statement_id
