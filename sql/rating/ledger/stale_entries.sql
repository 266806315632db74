-- Runs whose entries may go: those that never counted.
-- Params  run_seq UInt64   the run that asks, whose own entries stay
-- Rows    run_seq UInt64
-- Why     a run that failed left them; they are looked for when the next one begins
SELECT DISTINCT run_seq
FROM (SELECT DISTINCT run_seq FROM ledger_entry UNION ALL SELECT DISTINCT run_seq FROM credit_draw)
WHERE run_seq NOT IN (0, {run_seq:UInt64}) AND run_seq NOT IN (SELECT run_seq FROM published_run)
ORDER BY run_seq
