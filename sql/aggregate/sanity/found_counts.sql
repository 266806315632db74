-- How much each check has found in the run that is going on.
-- Params  none
-- Rows    check String, findings UInt64
-- Why     the run tells what it did
SELECT toString(scratch_finding.check) AS check, uniqExact(finding_id) AS findings FROM scratch_finding GROUP BY check ORDER BY check
