-- Finds what is open more than once in the state at a checkpoint.
-- Params  from_ms Int64                  the checkpoint, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  registry_version String
-- Rows    none
-- Why     CloudStack's checks of several open rows per VM and per volume. A resource without parts can be open once, whatever its
--         part is called; one with parts once in each
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT multiIf(usage_type = 1, 'running-twice', usage_type = 2, 'allocated-twice', usage_type = 6, 'volume-open-twice', 'open-twice'), 'error',
  min(toString(state.account_id)), usage_type, resource, place, '', fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'),
  toJSONString(map('open', arrayStringConcat(arraySort(groupArray(10)(concat(toString(state.account_id), ' since ',
    toString(fromUnixTimestamp64Milli(opened_ms, 'UTC'))))), ', '), 'times', toString(count())))
FROM (
  SELECT *, if(usage_type IN (SELECT usage_type FROM usage_type WHERE registry_version = {registry_version:String} AND parts = 1), part, '') AS place
  FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = 0)
  WHERE measure <= 1
) AS state
GROUP BY usage_type, resource, place
HAVING count() > 1
