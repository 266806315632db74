-- Prepaid balances that have become low or empty since an instant.
-- Params  since_ms Int64
-- Rows    notice_id, payer_account_id, currency, state String, balance, low_amount Decimal(38, 9), noticed_ms Int64 (Unix ms UTC)
-- Why     told from what is stored, so no crash loses it; that a balance is enough again, or only low where it was empty, is no news
SELECT notice_id, payer_account_id, currency, state, balance, low_amount, noticed_ms
FROM (
  SELECT notice_id, payer_account_id, toString(notice.currency) AS currency, toString(notice.state) AS state, balance, low_amount,
    toUnixTimestamp64Milli(noticed_at) AS noticed_ms,
    lagInFrame(state, 1, 'enough') OVER (PARTITION BY payer_account_id, notice.currency ORDER BY turn ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS before
  FROM balance_notice AS notice
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
)
WHERE noticed_ms >= {since_ms:Int64} AND (state = 'empty' OR (state = 'low' AND before = 'enough'))
ORDER BY noticed_ms, notice_id
