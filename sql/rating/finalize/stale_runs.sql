-- Finalizing runs whose rows may go: those that were never published.
-- Params  none
-- Rows    run_seq UInt64
-- Why     their rows never counted; a run that goes on now has written none yet
SELECT DISTINCT run_seq
FROM (
  SELECT DISTINCT run_seq FROM statement_document UNION ALL SELECT DISTINCT run_seq FROM final_line UNION ALL SELECT DISTINCT run_seq FROM statement_tax
)
WHERE run_seq NOT IN (SELECT run_seq FROM published_run WHERE kind = 'finalize')
ORDER BY run_seq
