-- Documents of a finalizing run, the first of them.
-- Params  run_seq UInt64, period String, limit UInt32
-- Rows    id, number, kind, payer_account_id, currency, total Decimal(38, 9), documents UInt64 of the run
-- Why     what became of it is told; all are in the list of statements
SELECT statement_id AS id, number, kind, payer_account_id, currency, total, count() OVER () AS documents
FROM statement_document
WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
ORDER BY payer_account_id, currency, id
LIMIT {limit:UInt32}
