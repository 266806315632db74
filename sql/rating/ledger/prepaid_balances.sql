-- Balances of prepaid payers, with what they were last put up by, below what they are low, and how they last stood.
-- Params  payer_account_id String   '' = all
-- Rows    payer_account_id, currency, low String, balance, topped_up Decimal(76, 9), turn UInt32, state String ('' = nothing was noticed yet)
-- Why     in SQL for all at once; only whose state turned are written
SELECT payer_account_id, currency, threshold.low AS low,
  -sumIf(wide, ledger_account IN ('credit_liability', 'prepayment')) - sumIf(wide, ledger_account IN ('unbilled', 'receivable')) AS balance,
  toDecimal256(argMaxIf(put_in, (booked_at, posting_id), put_in > 0), 9) AS topped_up,
  any(standing.turn) AS turn, any(standing.state) AS state
FROM (
  SELECT payer_account_id, currency, ledger_account, booked_at, posting_id, toDecimal256(ledger.amount, 9) AS wide,
    if(kind IN ('payment', 'grant') AND entry = 1, wide, toDecimal256(0, 9)) AS put_in
  FROM ledger
  WHERE ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
    AND payer_account_id IN (SELECT account_id FROM current_account WHERE payment = 'prepaid' AND payer_account_id = account_id)
) AS booked
LEFT ANY JOIN (
  SELECT account_id, low FROM balance_threshold
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY account_id, fence DESC, version DESC LIMIT 1 BY account_id
) AS threshold ON threshold.account_id = booked.payer_account_id
LEFT ANY JOIN (
  SELECT payer_account_id AS noticed_payer, toString(balance_notice.currency) AS noticed_currency, max(balance_notice.turn) AS turn,
    toString(argMax(balance_notice.state, balance_notice.turn)) AS state
  FROM balance_notice
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  GROUP BY noticed_payer, noticed_currency
) AS standing ON standing.noticed_payer = booked.payer_account_id AND standing.noticed_currency = booked.currency
GROUP BY payer_account_id, currency, low
ORDER BY payer_account_id, currency
