-- The revisions of one event, the one that counts first.
-- Params  source, id String   of the event that is revised
-- Rows    source, id String, revision UInt32, kind String   amended or retracted
-- Why     a sender asks what counts in place of what it sent; those no run has seen yet lie at the log's end
WITH
reinterpretAsUInt128(sipHash128({source:String}, {id:String})) AS wanted,
known AS (SELECT id_hash FROM event_revision WHERE original_hash = wanted),
arrived AS (
  SELECT log_partition, log_offset, source, id, revision, type, original_source, original_id FROM event
  WHERE original_hash = wanted AND id_hash IN (SELECT id_hash FROM known)
    AND (toDate(occurred_at), k) IN (SELECT toDate(occurred_at), k FROM event_identity WHERE id_hash IN (SELECT id_hash FROM known))
  UNION ALL
  SELECT log_partition, log_offset, source, id, revision, type, original_source, original_id FROM event
  WHERE original_hash = wanted AND log_offset > (SELECT up_to_offset FROM admitted)
),
accepted AS (
  SELECT * FROM arrived
  WHERE original_source = {source:String} AND original_id = {id:String}
  ORDER BY log_partition, log_offset
  LIMIT 1 BY source, id
)
SELECT CAST(source, 'String') AS source, id, revision, if(type = 'tally.event.retracted', 'retracted', 'amended') AS kind
FROM accepted
ORDER BY revision DESC, source DESC, id DESC
LIMIT 100
