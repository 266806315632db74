-- Which kinds of steps a span has, so that only what there is is worked on.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Params  registry_version String
-- Rows    partials, part_closes UInt64 (steps), measures, state_measures Array(UInt8) (of steps and of the state at the start)
-- Why     most spans know neither partial changes nor gauges, and need not pay for them
SELECT countIf(effect >= 4) AS partials,
  countIf(effect = 0 AND part = '' AND usage_type IN (SELECT usage_type FROM usage_type WHERE registry_version = {registry_version:String} AND parts = 1)) AS part_closes,
  groupUniqArray(measure) AS measures,
  (SELECT groupUniqArray(measure) FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})) AS state_measures
FROM scratch_event
