-- What does not add up in a finalizing run; one row, all zero when it may be published.
-- Params  run_seq UInt64, period String
-- Rows    lost_documents, wrong_lines, wrong_sums, wrong_taxes, wrong_numbers, taken_numbers, lost_issuers Int64
-- Why     held against where it came from: the lines of the rating, or of the document they are of; taxed nets against lines; numbers of
--         each series that it adds to against counting them from 1; and, as they are written, against all others of their issuer, whose
--         pattern may have been another one. lost_issuers: documents whose issuer was put while the run had read all of them, so in no series
WITH
made AS (SELECT * FROM statement_document WHERE run_seq = {run_seq:UInt64}),
added AS (
  SELECT statement_id, sum(toDecimal256(amount, 9)) AS net, sum(toDecimal256(exact_amount, 9)) AS exact, count() AS lines,
    sumIf(toDecimal256(amount, 9), tax_rate_id != '') AS taxed
  FROM final_line WHERE period = {period:String} AND run_seq = {run_seq:UInt64} GROUP BY statement_id
),
origin AS (
  SELECT document.statement_id AS origin_id, sum(toDecimal256(line.amount, 9)) AS net, sum(toDecimal256(line.exact_amount, 9)) AS exact, count() AS lines
  FROM statement_line AS line
  INNER JOIN (SELECT statement_id, payer_account_id AS payer, apart AS own_apart FROM scratch_document WHERE source_id = '') AS document
    ON payer = line.payer_account_id AND own_apart = line.apart
  WHERE line.period = {period:String} AND line.run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
  GROUP BY origin_id
  UNION ALL
  SELECT document.statement_id, sum(toDecimal256(sign * line.amount, 9)), sum(toDecimal256(sign * line.exact_amount, 9)), count()
  FROM final_line AS line
  INNER JOIN (SELECT statement_id, source_id, if(reverses = '', 1, -1) AS sign FROM scratch_document WHERE source_id != '') AS document
    ON document.source_id = line.statement_id
  WHERE line.period = {period:String} AND line.run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize')
  GROUP BY document.statement_id
),
numbers AS (
  SELECT series, issuer_id, number_no, number, 0 AS is_made FROM issued_document WHERE issuer_id IN (SELECT issuer_id FROM made)
  UNION ALL
  SELECT series, issuer_id, number_no, number, 1 AS is_made FROM made
)
SELECT
  (SELECT toInt64(count()) FROM scratch_document) - (SELECT toInt64(count()) FROM made) AS lost_documents,
  (SELECT toInt64(countIf(added.net != origin.net OR added.exact != origin.exact OR added.lines != origin.lines))
    FROM origin LEFT JOIN added ON added.statement_id = origin.origin_id) AS wrong_lines,
  (SELECT toInt64(countIf(made.net != added.net OR made.lines != added.lines OR made.total != made.net + made.tax))
    FROM made LEFT JOIN added ON added.statement_id = made.statement_id) AS wrong_sums,
  (SELECT toInt64(countIf(added.taxed != ifNull(tax.net, toDecimal256(0, 9)))) FROM added
    LEFT JOIN (SELECT statement_id AS taxed_id, sum(toDecimal256(net, 9)) AS net FROM statement_tax WHERE run_seq = {run_seq:UInt64} GROUP BY taxed_id) AS tax
      ON taxed_id = added.statement_id) AS wrong_taxes,
  (SELECT toInt64(countIf(counted != highest OR different != counted)) FROM (
    SELECT series, count() AS counted, max(number_no) AS highest, uniqExact(number_no) AS different FROM numbers
    WHERE series IN (SELECT series FROM made) GROUP BY series
  )) AS wrong_numbers,
  (SELECT toInt64(countIf(added > 0 AND written > 1)) FROM (
    SELECT issuer_id, number, sum(is_made) AS added, count() AS written FROM numbers GROUP BY issuer_id, number
  )) AS taken_numbers,
  (SELECT toInt64(countIf(series = '')) FROM made) AS lost_issuers
