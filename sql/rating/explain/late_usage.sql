-- What of the usage of a closed month came between two statements of its payer: the facts behind an adjustment.
-- Params  run_seq UInt64, as_of UInt64               the rating run, and the last run that it knew
-- Params  payer_account_id, account_id String        account_id '' = all that the payer paid for
-- Params  usage_type UInt16                          0 = any
-- Params  state String                               the month on whose statement it is
-- Params  billed, restated String                    under which periods the closed month lies as it had been billed, and as it is
-- Params  limit UInt32
-- Rows    account_id, usage_type, resource, part String, window_start_ms, window_end_ms Int64, usage_record_id String, quantity Int256 (the change),
--         runs Array(UInt64), adjustment_ids Array(String) (of the same runs), facts UInt64 (in all)
-- Why     as sql/rating/closed/write_closed_accounts.sql counts: after what the statement before had counted, which of an account that came since is
--         nothing, up to where the payer closed this one
SELECT toString(used.account_id) AS account_id, used.usage_type AS usage_type, used.resource AS resource, used.part AS part,
  toUnixTimestamp64Milli(used.window_start) AS window_start_ms, toUnixTimestamp64Milli(used.window_end) AS window_end_ms,
  concat('ur_', lower(hex(any(record_no)))) AS usage_record_id, sum(used.quantity) AS quantity,
  arraySort(groupUniqArray(run_seq)) AS runs,
  arrayMap(run -> concat('ua_', lower(hex(usage_adjustment_id_of(any(record_no), run)))), runs) AS adjustment_ids,
  count() OVER () AS facts
FROM (
  SELECT run_seq, usage_record.account_id AS account_id, usage_type, resource, part, shape, window_start, window_end, usage_record.quantity AS quantity,
    usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end) AS record_no
  FROM usage_record
  WHERE ({account_id:String} = '' OR usage_record.account_id = {account_id:String})
    AND usage_record.account_id IN (
      SELECT account_id FROM billing_record
      WHERE run_seq = {run_seq:UInt64} AND period IN ({billed:String}, {restated:String}) AND payer_account_id = {payer_account_id:String}
    )
    AND ({usage_type:UInt16} = 0 OR usage_type = {usage_type:UInt16})
    AND usage_record.window_start >= (
      SELECT min(start_at) FROM rating_account WHERE run_seq = {run_seq:UInt64} AND period IN ({billed:String}, {restated:String})
    )
    AND usage_record.window_start < (
      SELECT max(end_at) FROM rating_account WHERE run_seq = {run_seq:UInt64} AND period IN ({billed:String}, {restated:String})
    )
    AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64})
    AND run_seq <= (
      SELECT if(count() = 0, {as_of:UInt64}, min(run_seq)) FROM closed_period
      WHERE payer_account_id = {payer_account_id:String} AND toString(closed_period.period) >= {state:String}
    )
) AS used
INNER JOIN (
  SELECT account_id AS owner, any(start_at) AS start_at, any(end_at) AS end_at, maxIf(cut_seq, period = {billed:String}) AS billed_seq
  FROM rating_account
  WHERE run_seq = {run_seq:UInt64} AND period IN ({billed:String}, {restated:String}) GROUP BY owner
) AS month ON owner = used.account_id
WHERE used.window_start >= start_at AND used.window_start < end_at AND used.run_seq > billed_seq
GROUP BY used.account_id, used.usage_type, used.resource, used.part, used.shape, used.window_start, used.window_end
HAVING quantity != 0
ORDER BY account_id, usage_type, window_start_ms, resource, part, usage_record_id
LIMIT {limit:UInt32}
