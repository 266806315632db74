-- Thresholds that were reached, with how each stands now.
-- Params  budget_id, period String                                  '' = any
-- Params  after_period, after_budget, after_notice String           '' = from the first
-- Params  seen Array(String)   the budgets that may be seen, none = all
-- Params  limit UInt32
-- Rows    notice_id, budget_id, budget_version, period, percent, of, currency, threshold, amount, run_id, noticed_at, state,
--         state_amount, state_run_id, state_at (instants as Unix ms UTC)
-- Why     one row per turn of a threshold is kept: the first says when it was noticed, the last how it stands
SELECT notice_id, any(notice.budget_id) AS budget_id, any(notice.version) AS budget_version, any(notice.period) AS period, any(notice.percent) AS percent,
  any(notice.of) AS of, any(notice.currency) AS currency, any(notice.limit_amount) AS threshold,
  argMin(notice.amount, turn) AS amount, argMin(notice.run_id, turn) AS run_id, toUnixTimestamp64Milli(argMin(notice.noticed_at, turn)) AS noticed_at,
  argMax(notice.state, turn) AS state, argMax(notice.amount, turn) AS state_amount, argMax(notice.run_id, turn) AS state_run_id,
  toUnixTimestamp64Milli(argMax(notice.noticed_at, turn)) AS state_at
FROM budget_notice AS notice
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  AND ({budget_id:String} = '' OR notice.budget_id = {budget_id:String}) AND ({period:String} = '' OR notice.period = {period:String})
  AND (empty({seen:Array(String)}) OR notice.budget_id IN {seen:Array(String)})
  AND (notice.period, notice.budget_id, notice.notice_id) > ({after_period:String}, {after_budget:String}, {after_notice:String})
GROUP BY notice_id
ORDER BY period, budget_id, notice_id
LIMIT {limit:UInt32}
