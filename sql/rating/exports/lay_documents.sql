-- Lays out the documents of a month for an export: first ones, and what was issued in it later.
-- Params  export_id, period, payer String   '' = all payers
-- Rows    none
-- Why     what came after a statement's first document belongs to the month it was issued in, since nothing of a closed month ever changes
INSERT INTO scratch_export_document (export_id, run_seq, statement_id, is_later, corrects, number, payer_account_id, currency, issued_on, due_on, issuer, purchase_order,
  net, total, reverses)
WITH first AS (SELECT run_seq, statement_id FROM first_document)
SELECT {export_id:String}, run_seq, statement_id, (run_seq, statement_id) NOT IN first AS later, if(reverses = '', replaces, reverses), number, payer_account_id, currency,
  issued_on, due_on, JSONExtractString(issuer, 'legal_name'), JSONExtractString(customer, 'purchase_order'), net, total, reverses
FROM issued_document
WHERE if((run_seq, statement_id) NOT IN first, substring(issued_on, 1, 7), period) = {period:String} AND ({payer:String} = '' OR payer_account_id = {payer:String})
