-- Writes the tax of a credit note: that of the document it takes back, negated.
-- Params  run_seq UInt64
-- Rows    none
-- Why     what was rounded stays as it was rounded, so that both come to nothing together
INSERT INTO statement_tax (run_seq, statement_id, tax_rate_id, for_period, name, category, percent, reason, net, amount)
SELECT {run_seq:UInt64}, made_id, tax_rate_id, for_period, name, category, percent, reason, -net, -amount
FROM (SELECT * FROM statement_tax WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize')) AS tax
INNER JOIN (SELECT statement_id AS made_id, source_id FROM scratch_document) AS document ON document.source_id = tax.statement_id
