-- Gives the credits back that went to the documents which a run takes back.
-- Params  run_seq UInt64
-- Rows    none
-- Why     the credit note bears what its original bore, with the opposite sign
INSERT INTO credit_draw (run_seq, credit_id, statement_id, amount)
SELECT {run_seq:UInt64}, drawn.credit_id, note.id, -sum(drawn.amount) AS given_back
FROM credit_draw AS drawn
INNER JOIN (
  SELECT statement_id AS id, reverses FROM statement_document WHERE run_seq = {run_seq:UInt64} AND kind = 'credit_note'
) AS note ON note.reverses = drawn.statement_id
WHERE drawn.run_seq IN (SELECT run_seq FROM published_run)
GROUP BY drawn.credit_id, note.id
HAVING given_back != 0
