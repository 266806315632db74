-- Marks all resources of accounts whose zone is another than in the run before, so that their windows are computed again.
-- Params  run_seq UInt64
-- Rows    none
-- Why     what lies between the old zone's last window and the new zone's would belong to no window; two days earlier than
--         the first event, since the old windows that held it began before it
INSERT INTO run_touched
SELECT {run_seq:UInt64}, k, min(event.occurred_at) - INTERVAL 2 DAY
FROM event
WHERE account_id IN (
  SELECT account_id FROM account_zone
  WHERE run_seq = {run_seq:UInt64}
    AND account_id IN (SELECT account_id FROM account_zone WHERE run_seq IN (SELECT run_seq FROM published_run))
)
GROUP BY k
