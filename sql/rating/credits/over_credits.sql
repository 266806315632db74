-- Credits that can cover nothing more although something is left of them: ended ones, and promotions that expired long enough ago.
-- Params  expired_ms Int64   promotions that expired by then, Unix ms UTC
-- Rows    credit_id, payer_account_id, currency, kind, state String, expires_ms Int64, time_zone String ('' = the default), remaining Decimal(76, 9),
--         first_unbilled String (the first month of which the payer still has something unbilled in this currency; '' = none)
-- Why     a month that is not final yet may still draw on a credit that expired in it or later
SELECT credit_id, payer_account_id, toString(current_credit.currency) AS currency, toString(current_credit.kind) AS kind, toString(current_credit.state) AS state,
  toUnixTimestamp64Milli(expires_at) AS expires_ms, zone.time_zone AS time_zone, booked.remaining AS remaining, owed.first_unbilled AS first_unbilled
FROM current_credit
INNER JOIN (
  SELECT substring(reference, length('credit:') + 1) AS booked_id, -sum(toDecimal256(ledger.amount, 9)) AS remaining FROM ledger
  WHERE ledger_account IN ('credit_liability', 'prepayment') AND startsWith(reference, 'credit:')
  GROUP BY booked_id
  HAVING remaining > 0
) AS booked ON booked_id = credit_id
LEFT ANY JOIN (SELECT account_id, time_zone FROM current_account) AS zone ON zone.account_id = payer_account_id
LEFT ANY JOIN (
  SELECT owing, code, min(month) AS first_unbilled
  FROM (
    SELECT payer_account_id AS owing, currency AS code, period AS month, sum(toDecimal256(ledger.amount, 9)) AS unbilled FROM ledger
    WHERE ledger_account = 'unbilled'
    GROUP BY owing, code, month
    HAVING unbilled != 0
  )
  GROUP BY owing, code
) AS owed ON owed.owing = payer_account_id AND owed.code = toString(current_credit.currency)
WHERE state = 'ended' OR (kind = 'promotion' AND toUnixTimestamp64Milli(expires_at) <= {expired_ms:Int64})
ORDER BY credit_id
