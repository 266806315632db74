-- Finds capacities that are open with no size, or less, at a checkpoint.
-- Params  from_ms Int64                  the checkpoint, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  registry_version String
-- Rows    none
-- Why     they are charged nothing. Of usage types whose sizes come later by nature it is told, and no more
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'empty-capacity', if(usage_type IN (SELECT usage_type FROM usage_type WHERE registry_version = {registry_version:String} AND notEmpty(unsized)), 'info', 'warning'),
  state.account_id, usage_type, resource, part, '', fromUnixTimestamp64Milli(opened_ms, 'UTC'), toJSONString(map('size', toString(per_ms)))
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = 0) AS state
WHERE measure = 1 AND per_ms <= 0
