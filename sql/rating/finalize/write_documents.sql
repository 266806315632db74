-- Writes the documents of a run with their numbers and sums.
-- Params  run_seq UInt64, period String
-- Params  issued_on String                        a day, such as 2026-11-02
-- Params  issuers String                          as rating/finalize/lay-issuers.ts writes them
-- Params  asked_by, reason String
-- Rows    none
-- Why     a series goes on from the highest number that counts, in the order of payers and currencies; what a run that is never published
--         wrote does not count, so no number is ever left out or given twice
INSERT INTO statement_document (run_seq, statement_id, kind, series, number_no, number, payer_account_id, period, currency, apart, rating_seq,
  reverses, replaces, issued_on, due_on, issuer_id, issuer_version, issuer, customer, net, tax, total, lines, asked_by, reason, overrides)
WITH numbered AS (
  SELECT *, arrayFirst(one -> one.1 = issuer_id, issuers_of({issuers:String})) AS issued_by, issued_by.3 AS own_series,
    ifNull(JSONExtract(customer, 'terms_days', 'Nullable(UInt16)'), issued_by.7) AS terms,
    row_number() OVER (PARTITION BY own_series ORDER BY payer_account_id, currency, statement_id) AS place
  FROM scratch_document
)
SELECT {run_seq:UInt64}, numbered.statement_id, kind, own_series, last_no + place AS own_no,
  concat(issued_by.4, leftPad(toString(own_no), greatest(toUInt64(issued_by.6), length(toString(own_no))), '0'), issued_by.5),
  payer_account_id, {period:String}, currency, apart, rating_seq, reverses, replaces, {issued_on:String},
  if(kind = 'credit_note', '', toString(addDays(toDateOrZero({issued_on:String}), terms))), issuer_id,
  if(issuer = '', issued_by.2, issuer_version), if(issuer = '', issued_by.8, issuer), customer,
  summed.net, taxed.tax, summed.net + taxed.tax, summed.lines, {asked_by:String}, {reason:String}, overrides
FROM numbered
LEFT JOIN (SELECT series AS known_series, max(number_no) AS last_no FROM issued_document GROUP BY known_series) AS known ON known_series = own_series
INNER JOIN (
  SELECT statement_id AS summed_id, sum(final_line.amount) AS net, count() AS lines FROM final_line
  WHERE period = {period:String} AND run_seq = {run_seq:UInt64} GROUP BY summed_id
) AS summed ON summed_id = numbered.statement_id
LEFT JOIN (
  SELECT statement_id AS taxed_id, sum(statement_tax.amount) AS tax FROM statement_tax WHERE run_seq = {run_seq:UInt64} GROUP BY taxed_id
) AS taxed ON taxed_id = numbered.statement_id
