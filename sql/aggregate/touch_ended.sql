-- Notes all resources of accounts whose end arrived, or was revised, where that lies before what is published.
-- Params  run_seq UInt64, late_before_ms Int64, from_offset, to_offset UInt64
-- Rows    none
-- Why     an account that turns out to have ended owned nothing since; what it held before all events that are there, the state
--         at the horizon tells
INSERT INTO run_touched
WITH revised AS (
  SELECT id_hash FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64}) WHERE ends_account
  UNION DISTINCT
  SELECT id_hash FROM revised_id(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64})
),
ending AS (
  SELECT account_id, min(at) AS ended_at FROM account_end
  WHERE id_hash IN (SELECT id_hash FROM revised) AND at < fromUnixTimestamp64Milli({late_before_ms:Int64}, 'UTC')
  GROUP BY account_id
)
SELECT {run_seq:UInt64}, k, min(ending.ended_at) - INTERVAL 1 MILLISECOND
FROM (
  SELECT k, toString(account_id) AS account_id FROM event WHERE account_id IN (SELECT account_id FROM ending)
  UNION ALL
  SELECT k, toString(account_id) AS account_id FROM resource_state
  WHERE at IN (SELECT horizon_at FROM archive_horizon) AND account_id IN (SELECT account_id FROM ending)
) AS held INNER JOIN ending ON ending.account_id = held.account_id
GROUP BY k
