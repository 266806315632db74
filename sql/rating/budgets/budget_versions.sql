-- All versions of budgets that count, oldest first.
-- Params  budget_id String   '' = all
-- Rows    budget_id, version UInt64, name, scope, owner_id, currency, amount, thresholds, state, changed_ms Int64 (Unix ms UTC), changed_by
-- Why     which version a month is held against depends on when each was written; budgets are few
SELECT budget_id, version, name, scope, owner_id, currency, amount, thresholds, state, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM budget
WHERE ({budget_id:String} = '' OR budget_id = {budget_id:String})
  AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY budget_id, fence, version
