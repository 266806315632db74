-- Adds the stretches over which readings of gauges hold.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Params  registry_version String
-- Rows    none
-- Why     a gauge is a capacity whose size is what was last read
INSERT INTO scratch_interval
SELECT k, resource, part, usage_type, measure, account_id, shape, toInt128(per_ms), '', from_ms, to_ms, opened_by, closed_by
FROM gauge_interval(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}, registry_version = {registry_version:String})
