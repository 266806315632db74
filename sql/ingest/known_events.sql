-- What came first with each of some sources and ids, as far as the store holds it.
-- Params  sources, ids Array(String)   the two of an event at the same place
-- Rows    log_partition, log_offset and the columns of the message, occurred_ms Int64 (Unix ms UTC)
-- Why     before old events are put in, somebody asks which of them are there already, and with what content. Where to look is
--         known of what runs have seen; of the rest only that it lies at the log's end. Rows of ended claims do not count
WITH wanted AS (
  SELECT reinterpretAsUInt128(sipHash128(name.1, name.2)) AS id_hash
  FROM (SELECT arrayJoin(arrayZip({sources:Array(String)}, {ids:Array(String)})) AS name)
)
SELECT log_partition, log_offset, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, source, id, sequence, type, subject,
  account_id, account, domain, project_id, zone, resource, part, name, offering, template, resource_type, vm, size, virtual_size,
  details, tags, extensions, reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope
FROM (
  SELECT * FROM event
  WHERE id_hash IN (SELECT id_hash FROM wanted)
    AND (toDate(occurred_at), k) IN (SELECT toDate(occurred_at), k FROM event_identity WHERE id_hash IN (SELECT id_hash FROM wanted))
  UNION ALL
  SELECT * FROM event
  WHERE id_hash IN (SELECT id_hash FROM wanted) AND log_offset > (SELECT up_to_offset FROM admitted)
)
WHERE toInt64(log_offset) < transform(log_claim, ((SELECT (groupArray(claim), groupArray(end_offset)) FROM ended_claim) AS ended_claims).1, ended_claims.2, toInt64(9223372036854775807))
ORDER BY log_partition, log_offset
LIMIT 1 BY source, id
