-- Books what a rating run says otherwise than the accruals that count: takes back what was accrued of a payer, currency and month, and accrues what is due.
-- Params  run_seq UInt64                 the run that books
-- Params  rating_seq UInt64              the run whose lines say what is due; the same, within a rating run
-- Params  period String, now_ms Int64    Unix ms UTC
-- Rows    none
-- Why     only what differs is booked, so a night that changes nothing adds nothing. Payers and currencies that are no longer on the
--         lines are taken back like all others. Sums are wider than any number of lines can fill (P9)
INSERT INTO ledger_entry (run_seq, posting_id, entry, kind, ledger_account, payer_account_id, currency, period, statement_id, reference, booked_at, amount)
SELECT {run_seq:UInt64}, posting_id_of(side.1, [payer_account_id, currency, {period:String}, toString({run_seq:UInt64})]), toUInt16(side.2), side.1, side.3,
  payer_account_id, currency, {period:String}, '', concat('rating:', toString({rating_seq:UInt64})), fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'),
  toDecimal128(side.4, 9)
FROM (
  SELECT payer_account_id, currency, sum(line_amount) AS due, sum(booked_amount) AS accrued
  FROM (
    SELECT payer_account_id, toString(statement_line.currency) AS currency, toDecimal256(statement_line.amount, 9) AS line_amount, toDecimal256(0, 9) AS booked_amount
    FROM statement_line
    WHERE period = {period:String} AND run_seq = {rating_seq:UInt64}
    UNION ALL
    SELECT payer_account_id, toString(ledger_entry.currency) AS currency, toDecimal256(0, 9) AS line_amount, toDecimal256(ledger_entry.amount, 9) AS booked_amount
    FROM ledger_entry
    WHERE period = {period:String} AND ledger_account = 'unbilled' AND kind IN ('accrual', 'accrual-reversal')
      AND run_seq IN (SELECT run_seq FROM published_run)
  )
  GROUP BY payer_account_id, currency
  HAVING due != accrued
)
ARRAY JOIN [
  ('accrual-reversal', 1, 'unbilled', -accrued), ('accrual-reversal', 2, 'revenue', accrued),
  ('accrual', 1, 'unbilled', due), ('accrual', 2, 'revenue', -due)
] AS side
WHERE side.4 != 0
