-- Accounts that came to a payer after it closed periods, with those closings.
-- Params  default_zone String   of accounts that name none and that no run has seen
-- Rows    account_id, timeline String (as zone_of_account writes it), run_seq UInt64, run_id, payer_account_id, period, bound, closed_by, reason, overrides String, closed_ms Int64 (Unix ms UTC)
-- Why     what such an account used in a closed period is billed in the payer's next one, like all that comes after
SELECT paid.account_id AS account_id,
  multiIf(cut.timeline != '', cut.timeline, paid.time_zone != '', concat('0 ', paid.time_zone), concat('0 ', {default_zone:String})) AS timeline,
  closing.run_seq AS run_seq, closing.run_id AS run_id, closing.payer_account_id AS payer_account_id, toString(closing.period) AS period,
  closing.bound AS bound, closing.closed_by AS closed_by, closing.reason AS reason, closing.overrides AS overrides,
  toUnixTimestamp64Milli(closing.closed_at) AS closed_ms
FROM (
  SELECT account_id, time_zone, if(payer_account_id = '', account_id, payer_account_id) AS payer FROM current_account WHERE kind != 'system'
) AS paid
INNER JOIN (SELECT * FROM closed_period LIMIT 1 BY run_seq, payer_account_id, period) AS closing ON closing.payer_account_id = paid.payer
LEFT JOIN zone_of_account(run_seq = 0) AS cut ON cut.account_id = paid.account_id
WHERE (paid.account_id, closing.run_seq, closing.period) NOT IN (SELECT account_id, run_seq, period FROM closed_period)
ORDER BY run_seq, account_id
