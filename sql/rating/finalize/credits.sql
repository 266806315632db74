-- What credits gave to documents, by document and credit.
-- Params  ids Array(String)
-- Rows    id, credit_id String, amount Decimal(38, 9)
-- Why     what was given back when a document became void is a row of the opposite sign
SELECT statement_id AS id, credit_id, sum(issued_credit.amount) AS amount
FROM issued_credit
WHERE statement_id IN {ids:Array(String)}
GROUP BY statement_id, credit_id
HAVING amount != 0
ORDER BY id, credit_id
