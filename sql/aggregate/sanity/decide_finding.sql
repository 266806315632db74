-- Writes what a person decided of a finding.
-- Params  finding_id String              32 hexadecimal digits
-- Params  version UInt64                 on which it was decided
-- Params  decided_by, reason String
-- Rows    none
-- Why     it stays known who let it be, and why
INSERT INTO finding
SELECT finding_id, version + 1, check, severity, account_id, usage_type, resource, part, what, at, detail, first_seen_at, last_seen_at,
  'accepted', {decided_by:String}, {reason:String}
FROM current_finding
WHERE lower(hex(finding_id)) = {finding_id:String} AND version = {version:UInt64}
