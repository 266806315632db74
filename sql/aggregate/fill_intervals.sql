-- Fills scratch_interval with the stretches in which touched resources were open, cut by nothing yet.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Rows    none
-- Why     records, slices, next state and the check all read it: the pairing is done once
INSERT INTO scratch_interval
SELECT k, resource, part, usage_type, measure, account_id, shape, toInt128(per_ms), '', from_ms, to_ms, opened_by, closed_by
FROM interval(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
