-- A line of a document as it was issued.
-- Params  period, id String, line UInt32
-- Rows    source_id String, line UInt32, base_quantity, exact_amount, amount, rounding, base_amount, adjusts_statement
-- Why     one row for a document, without a line (0) where it has none of that number; none for a draft. source_id: whose lines it took
SELECT if(document.reverses = '', document.replaces, document.reverses) AS source_id, final.line AS line, quantity AS base_quantity,
  exact_amount, amount, rounding, base_amount,
  if(final.adjusts_period = '', '', corrected_statement(issues, document.run_seq, document.payer_account_id, toString(final.adjusts_period))) AS adjusts_statement
FROM (SELECT * FROM issued_document WHERE period = {period:String} AND statement_id = {id:String}) AS document
LEFT JOIN (
  SELECT * FROM final_line
  WHERE period = {period:String} AND statement_id = {id:String} AND line = {line:UInt32}
    AND payer_account_id IN (SELECT payer_account_id FROM issued_document WHERE period = {period:String} AND statement_id = {id:String})
) AS final ON final.run_seq = document.run_seq AND final.statement_id = document.statement_id
LEFT JOIN issue_order AS corrected ON issued_payer = document.payer_account_id AND issued_period = toString(final.adjusts_period)
