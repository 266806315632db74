-- Fills scratch_open with what is open at an instant, of the resources that were just paired.
-- Params  at_ms Int64                    Unix ms UTC
-- Params  from_ms Int64                  checkpoint or the beginning of time they were paired from, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8             1 = resources in scratch_touched were paired, 0 = all, of which those are left out
-- Rows    none
-- Why     an inventory is set against it
INSERT INTO scratch_open
SELECT k, resource, part, usage_type, account_id, shape, from_ms
FROM scratch_interval
WHERE measure <= 1 AND scratch_interval.from_ms <= {at_ms:Int64} AND scratch_interval.to_ms > {at_ms:Int64}
  AND ({only_touched:UInt8} = 1 OR k NOT IN (SELECT k FROM scratch_touched))
UNION ALL
SELECT k, resource, part, usage_type, account_id, shape, opened_ms
FROM untouched_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
WHERE {only_touched:UInt8} = 0 AND measure <= 1 AND k NOT IN (SELECT k FROM scratch_touched)
