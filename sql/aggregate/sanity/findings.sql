-- Findings as they stand, errors first.
-- Params  finding_id, check, state, severity, account_id, resource String   '' = any
-- Params  from_ms, to_ms Int64           at, half-open, Unix ms UTC
-- Params  after_rank UInt8, after_check, after_id String, limit UInt32      page by place
-- Rows    finding_id, check, severity, account_id, resource, part, what, detail, state, decided_by, reason String, usage_type UInt16, severity_rank UInt8
-- Rows    version UInt64, at_ms, first_seen_ms, last_seen_ms Int64 (Unix ms UTC)
-- Why     what may be wrong with a bill is to be seen before the customer sees it
SELECT lower(hex(current.finding_id)) AS finding_id, toString(current.check) AS check, toString(current.severity) AS severity, account_id,
  usage_type, resource, part, what, detail, toString(current.state) AS state, decided_by, reason, version,
  toUnixTimestamp64Milli(at) AS at_ms, toUnixTimestamp64Milli(first_seen_at) AS first_seen_ms, toUnixTimestamp64Milli(last_seen_at) AS last_seen_ms,
  toUInt8(multiIf(severity = 'error', 1, severity = 'warning', 2, 3)) AS severity_rank
FROM current_finding AS current
WHERE ({finding_id:String} = '' OR lower(hex(current.finding_id)) = {finding_id:String})
  AND ({check:String} = '' OR current.check = {check:String})
  AND ({state:String} = '' OR current.state = {state:String})
  AND ({severity:String} = '' OR current.severity = {severity:String})
  AND ({account_id:String} = '' OR current.account_id = {account_id:String})
  AND ({resource:String} = '' OR current.resource = {resource:String})
  AND at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (severity_rank, check, finding_id) > ({after_rank:UInt8}, {after_check:String}, {after_id:String})
ORDER BY severity_rank, check, finding_id
LIMIT {limit:UInt32}
