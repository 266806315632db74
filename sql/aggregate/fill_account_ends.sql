-- Closes all that accounts held whose end lies in a span.
-- Params  from_ms, to_ms Int64           half-open, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Rows    none
-- Why     an account that is gone owns nothing, whatever was said of its resources one by one
INSERT INTO scratch_event
SELECT story.k, story.resource, story.part, story.usage_type, story.measure, toInt8(0), ended.at_ms, ended.sequence, ended.source, ended.id,
  story.account_id, toUInt128(0), toInt64(0), toUInt8(0), '', ended.event_ref
FROM (
  SELECT * FROM scratch_ended WHERE at_ms >= {from_ms:Int64} AND at_ms < {to_ms:Int64}
) AS ended
INNER JOIN story(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS story
  ON toString(story.account_id) = ended.account_id
WHERE story.measure IN (0, 1, 4)
