-- Finds events of which two revisions have the same number.
-- Params  none
-- Rows    none
-- Why     one of them counts, by a rule nobody meant: the greater source and id
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
WITH equals AS (
  SELECT original_hash, revision, uniqExact(id_hash) AS rivals, groupUniqArray(10)(concat(source, ' ', id)) AS names, any(id_hash) AS one
  FROM event_revision
  GROUP BY original_hash, revision
  HAVING rivals > 1
)
SELECT 'equal-revisions', 'warning', event.account_id, toUInt16(0), event.resource, event.part,
  concat(event.original_source, ' ', event.original_id, ' revision ', toString(event.revision)), event.occurred_at,
  toJSONString(map('source', toString(event.original_source), 'id', event.original_id, 'revision', toString(event.revision), 'revisions', arrayStringConcat(arraySort(equals.names), ', ')))
FROM event
INNER JOIN equals ON equals.one = event.id_hash
WHERE toDate(event.occurred_at) IN (SELECT toDate(occurred_at) FROM event_identity WHERE id_hash IN (SELECT one FROM equals))
  AND event.id_hash IN (SELECT one FROM equals)
LIMIT 1 BY event.id_hash
