-- What of a credit went to which document.
-- Params  credit_id String
-- Rows    statement_id String, number String, period String, amount Decimal(38, 9), drawn_ms Int64
-- Why     a document that was taken back has given it back, by a row of its credit note
SELECT statement_id, document.number AS number, document.period AS period, amount, toUnixTimestamp64Milli(published_at) AS drawn_ms
FROM credit_draw
INNER JOIN (SELECT run_seq AS published_seq, published_at FROM publication) AS published ON published_seq = run_seq
INNER JOIN (
  SELECT run_seq AS document_seq, statement_id AS document_id, number, toString(period) AS period FROM statement_document
) AS document ON document_seq = run_seq AND document_id = statement_id
WHERE credit_id = {credit_id:String}
ORDER BY drawn_ms, statement_id
