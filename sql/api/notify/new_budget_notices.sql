-- Thresholds of budgets that were reached for the first time since an instant.
-- Params  since_ms Int64
-- Rows    notice_id, budget_id, period, percent, of, currency, limit_amount, amount, run_id String, noticed_ms Int64 (Unix ms UTC)
-- Why     told from what is stored, so no crash loses it; the first turn alone is news
SELECT notice_id, budget_id, toString(notice.period) AS period, percent, toString(notice.of) AS of, toString(notice.currency) AS currency, limit_amount, amount, run_id,
  toUnixTimestamp64Milli(noticed_at) AS noticed_ms
FROM budget_notice AS notice
WHERE turn = 1 AND noticed_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
  AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY noticed_ms, notice_id
