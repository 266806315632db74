-- Closes all that accounts held whose end lies in a span.
-- Params  from_ms, to_ms Int64           half-open, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Rows    none
-- Why     an account that is gone owns nothing, whatever was said of its resources one by one. It may have come to hold them by a
--         change of owner alone, which is no whole step yet: what such a change leaves as it is depends on these closes
INSERT INTO scratch_event
SELECT held.k, held.resource, held.part, held.usage_type, held.measure, toInt8(0), ended.at_ms, ended.sequence, ended.source, ended.id,
  held.holder, toUInt128(0), toInt64(0), toUInt8(0), '', ended.event_ref
FROM (
  SELECT * FROM scratch_ended WHERE at_ms >= {from_ms:Int64} AND at_ms < {to_ms:Int64}
) AS ended
INNER JOIN (
  SELECT DISTINCT k, story.resource AS resource, part, usage_type, measure, arrayJoin(arrayPushBack(named.accounts, toString(story.account_id))) AS holder
  FROM story(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS story
  LEFT JOIN (
    SELECT resource, groupUniqArray(toString(account_id)) AS accounts FROM scratch_event WHERE usage_type = 0 AND effect = 5 GROUP BY resource
  ) AS named ON named.resource = story.resource
  WHERE measure IN (0, 1, 4)
) AS held ON held.holder = ended.account_id
