-- Finds virtual machines that run in the state at a checkpoint without being allocated.
-- Params  from_ms Int64                  the checkpoint, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Rows    none
-- Why     CloudStack's check; it is a start whose creation never came
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'running-not-allocated', 'warning', min(toString(state.account_id)), toUInt16(1), resource, '', '',
  fromUnixTimestamp64Milli(min(opened_ms), 'UTC'), toJSONString(map('checkpoint', toString(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))))
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = 0) AS state
WHERE usage_type IN (1, 2)
GROUP BY resource
HAVING countIf(usage_type = 2) = 0
