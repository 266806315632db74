-- Gives each part of a resource the closes that name no part.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Params  registry_version String
-- Rows    none
-- Why     a destroyed VM has no NIC left to charge for, whether or not anyone said so of each
INSERT INTO scratch_event
SELECT step.k, step.resource, story.part, step.usage_type, step.measure, step.effect, t, sequence, source, id, account_id, shape, per_ms, is_delta, label, event_ref
FROM (
  SELECT * FROM scratch_event
  WHERE effect = 0 AND part = '' AND usage_type IN (SELECT usage_type FROM metering_rule(registry_version = {registry_version:String}) WHERE parts = 1)
) AS step
INNER JOIN (
  SELECT DISTINCT resource, part, usage_type
  FROM story(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
  WHERE part != '' AND usage_type IN (SELECT usage_type FROM metering_rule(registry_version = {registry_version:String}) WHERE parts = 1)
    AND k IN (SELECT k FROM scratch_event WHERE effect = 0 AND part = '')
) AS story ON story.resource = step.resource AND story.usage_type = step.usage_type
