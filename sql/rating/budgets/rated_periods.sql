-- The latest rating run of each month, with what it was held against.
-- Params  none
-- Rows    period String, run_seq UInt64, budgets UInt64 (versions of budgets there were when it was held against them, 0 = it was not)
-- Why     a process may have died between publishing and looking, and budgets may have been written since
SELECT rated.period AS period, rated.rating_seq AS run_seq, max(checked.budgets) AS budgets
FROM current_rating AS rated
LEFT JOIN budget_check AS checked ON checked.period = rated.period AND checked.run_seq = rated.rating_seq
GROUP BY period, run_seq
ORDER BY period
