-- Finds revisions of archived events that were set aside.
-- Params  none
-- Rows    none
-- Why     somebody said that what is charged is wrong, and nothing came of it. Found until it counts: the months have to be restored
--         first, then the message is replayed. It rests in quarantine, which outlives what a run excluded
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
WITH
aside AS (
  SELECT quarantine_id, source, id, reinterpretAsUInt128(sipHash128(source, id)) AS id_hash,
    JSONExtractString(message, 'data', 'account_id') AS account_id, JSONExtractString(message, 'data', 'resource') AS resource,
    JSONExtractString(message, 'data', 'part') AS part, ifNull(parseDateTime64BestEffortOrNull(JSONExtractString(message, 'time'), 3, 'UTC'), seen_at) AS at,
    JSONExtractString(message, 'data', 'original', 'source') AS original_source, JSONExtractString(message, 'data', 'original', 'id') AS original_id,
    parseDateTime64BestEffortOrNull(JSONExtractString(message, 'data', 'event', 'time'), 3, 'UTC') AS new_at
  FROM refused_message
  WHERE NOT replayed AND position(reason, 'archived') > 0 AND JSONExtractString(message, 'type') IN ('tally.event.amended', 'tally.event.retracted')
),
known AS (
  SELECT id_hash, min(occurred_at) AS occurred_at FROM event_identity
  WHERE id_hash IN (SELECT id_hash FROM aside UNION DISTINCT SELECT reinterpretAsUInt128(sipHash128(original_source, original_id)) FROM aside)
  GROUP BY id_hash
)
SELECT 'archived-revision', 'warning', aside.account_id, toUInt16(0), aside.resource, aside.part, concat(aside.source, ' ', aside.id), aside.at,
  toJSONString(map('source', aside.source, 'id', aside.id, 'original_source', aside.original_source, 'original_id', aside.original_id,
    'quarantine_id', aside.quarantine_id, 'restore', arrayStringConcat(missing, ', '),
    'advice', concat('nothing came of it: ', if(empty(missing), '', concat('the archive must be restored first (tally archive restore, for ', arrayStringConcat(missing, ', '), '), then ')),
      'replay ', aside.quarantine_id)))
FROM (
  SELECT aside.*, if(original.id_hash = 0, ifNull(aside.new_at, aside.at), original.occurred_at) AS known_at,
    arrayFilter(month -> month >= formatDateTime(least(known_at, ifNull(aside.new_at, known_at)), '%Y-%m', 'UTC'),
      (SELECT arraySort(groupArray(toString(month))) FROM current_archive WHERE state != 'restored')) AS missing
  FROM aside
  LEFT JOIN known AS original ON original.id_hash = reinterpretAsUInt128(sipHash128(aside.original_source, aside.original_id))
) AS aside
WHERE aside.id_hash NOT IN (SELECT id_hash FROM known)
LIMIT 1 BY aside.id_hash
