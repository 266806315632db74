-- Payers whose next statement has something of closed months that nothing tells of which is booked in its own.
-- Params  payer_account_ids Array(String)
-- Params  former_payer_ids Array(String)   those among them that pay for nobody any more
-- Rows    payer_account_id String
-- Why     an account that came from another payer and that the last closing did not hold brings what nobody billed of closed months; and late facts of months that a
--         former payer closed are corrected on his statement, whoever pays for the accounts now. Both are to be closed, or nobody is billed
SELECT DISTINCT coming.payer AS payer_account_id
FROM (
  SELECT account_id, if(payer_account_id = '', account_id, payer_account_id) AS payer FROM current_account
  WHERE (SELECT count() FROM period_close) > 0
    AND account_id IN (SELECT account_id FROM account_over_time GROUP BY account_id HAVING uniqExact(account_over_time.payer) > 1)
) AS coming
INNER JOIN (
  SELECT payer_account_id AS closing_payer, max(run_seq) AS last_seq FROM closed_period
  WHERE payer_account_id IN {payer_account_ids:Array(String)} GROUP BY closing_payer
) AS closing ON closing_payer = coming.payer
WHERE (coming.account_id, last_seq) NOT IN (
  SELECT account_id, run_seq FROM closed_period WHERE is_member AND payer_account_id IN {payer_account_ids:Array(String)}
)
UNION DISTINCT
SELECT DISTINCT own.payer AS payer_account_id
FROM usage_record
INNER JOIN (
  SELECT account_id AS owner, payer_account_id AS payer, max(to_at) AS closed_to FROM closed_period
  WHERE payer_account_id IN {former_payer_ids:Array(String)} GROUP BY owner, payer
) AS own ON own.owner = usage_record.account_id
INNER JOIN (
  SELECT payer_account_id AS payer, max(run_seq) AS last_seq FROM closed_period
  WHERE payer_account_id IN {former_payer_ids:Array(String)} GROUP BY payer
) AS closing ON closing.payer = own.payer
WHERE usage_record.account_id IN (SELECT account_id FROM closed_period WHERE payer_account_id IN {former_payer_ids:Array(String)})
  AND usage_record.run_seq > last_seq AND usage_record.window_start < closed_to
  AND usage_record.run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate')
