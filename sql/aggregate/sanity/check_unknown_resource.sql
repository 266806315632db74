-- Finds partial changes (tags, owner, size) that reached nothing.
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Rows    none
-- Why     they speak of a resource nobody has heard of: its creation never came, or it has another name
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'unknown-resource', 'warning', account_id, toUInt16(0), resource, part, concat(source, ' ', id), fromUnixTimestamp64Milli(t, 'UTC'),
  toJSONString(map('source', source, 'id', id))
FROM scratch_event
WHERE effect >= 4 AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND (resource, event_ref) NOT IN (SELECT resource, event_ref FROM scratch_event WHERE usage_type != 0)
