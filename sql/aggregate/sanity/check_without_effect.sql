-- Finds events that turned nothing: closes of what was not open, opens of what was, changes of what was not.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8             see sql/views/02_metering.sql
-- Rows    none
-- Why     each is a sign of a fact that never came. An event counts as one: a destroyed VM was often stopped before, and a volume
--         made of an upload ends the upload. What ends an account ends what there is
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT multiIf(countIf(effect = 1) > 0, 'repeated-open', countIf(effect = 0) > 0, 'close-without-open', 'change-without-open'),
  if(countIf(effect = 1) > 0, 'info', 'warning'), any(step.account_id), min(usage_type), resource, min(step.part), concat(any(source), ' ', any(id)),
  fromUnixTimestamp64Milli(min(t), 'UTC'),
  toJSONString(map('source', any(source), 'id', any(id), 'held_by_another_account', toString(countIf(effect = 0) > 0 AND max(was_open) = 1)))
FROM told_step(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS step
WHERE event_ref NOT IN (SELECT event_ref FROM scratch_ended)
GROUP BY resource, event_ref
HAVING max(turned) = 0 AND (countIf(effect IN (0, 1)) > 0 OR max(was_open) = 0)
