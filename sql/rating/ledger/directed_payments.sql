-- Payments for a document that were not put to it yet.
-- Params  payer_account_id String   '' = all
-- Rows    payer_account_id, currency, statement_id, payment_id String, amount Decimal(38, 9)
-- Why     what was paid for a document goes there before all else, also after a crash between the payment and that
SELECT payer_account_id, toString(counted_payment.currency) AS currency, statement_id, payment_id, amount
FROM counted_payment
WHERE amount > 0 AND statement_id != '' AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND concat('payment:', payment_id) NOT IN (SELECT reference FROM ledger WHERE kind = 'allocation')
ORDER BY changed_at, payment_id
