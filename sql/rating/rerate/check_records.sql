-- What does not add up between two runs of a period and the difference kept of them: one row, whose wrong_… are all zero when the run may be published.
-- Params  run_seq, former_seq UInt64, period String
-- Rows    wrong_amounts, wrong_quantities, wrong_records, wrong_links UInt64; records_reversed, records_new UInt64: rows kept
-- Why     before + reversals + new = after for each account, payer and currency, to the last digit: sums, by another way than the rows were found in
SELECT countIf(amounts != 0) AS wrong_amounts, countIf(quantities != 0) AS wrong_quantities, countIf(records != 0) AS wrong_records,
  (SELECT count() FROM rerated_record
    WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND entry = 'new' AND reversal_id != '' AND reversal_id NOT IN (
      SELECT reversal_id FROM rerated_record WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND entry = 'reversal')) AS wrong_links,
  sum(reversed) AS records_reversed, sum(fresh) AS records_new
FROM (
  SELECT account_id, payer_account_id, currency, sum(side * charged) AS amounts, sum(side * used) AS quantities, sum(side * counted) AS records,
    sum(reversals) AS reversed, sum(news) AS fresh
  FROM (
    SELECT account_id, payer_account_id, currency, if(run_seq = {former_seq:UInt64}, 1, -1) AS side, reinterpret(sum(amount), 'Int128') AS charged,
      sum(quantity) AS used, toInt64(count()) AS counted, toUInt64(0) AS reversals, toUInt64(0) AS news
    FROM billing_record
    WHERE period = {period:String} AND run_seq IN ({former_seq:UInt64}, {run_seq:UInt64})
    GROUP BY account_id, payer_account_id, currency, side
    UNION ALL
    SELECT account_id, payer_account_id, currency, 1, reinterpret(sum(amount), 'Int128'), sum(quantity),
      toInt64(countIf(entry = 'new')) - toInt64(countIf(entry = 'reversal')), countIf(entry = 'reversal'), countIf(entry = 'new')
    FROM rerated_record
    WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
    GROUP BY account_id, payer_account_id, currency
  )
  GROUP BY account_id, payer_account_id, currency
)
