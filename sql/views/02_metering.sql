-- From events to intervals: what a run, a dry run and a live answer all stand on.
-- Parameters shared by the views: from_ms, to_ms (Unix ms UTC, half-open); bound_partitions, bound_offsets (how much of the
-- log counts); registry_version; run_seq (the run that asks: its own unpublished checkpoints count for it);
-- touched_by (0 = all resources; else only those that run put into run_touched); k_from, k_to (range of k, both ends in).

-- Events that count (no repeats, no conflicts, none above the bound) and mean something to a usage type.
CREATE OR REPLACE VIEW metered_event AS
SELECT
  event.k AS k,
  event.resource AS resource,
  event.part AS part,
  effects.usage_type AS usage_type,
  effects.effect AS effect,
  toUnixTimestamp64Milli(event.occurred_at) AS t,
  event.sequence AS sequence,
  event.source AS source,
  event.id AS id,
  event.account_id AS account_id,
  event.shape AS shape,
  event.size AS size,
  reinterpretAsUInt64(event.id_hash) AS event_ref
FROM event
INNER JOIN (
  SELECT DISTINCT event_type, usage_type, effect FROM usage_type_effect WHERE registry_version = {registry_version:String}
) AS effects ON effects.event_type = event.type
WHERE toDate(event.occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
  AND toDate(event.occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
  AND event.occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND event.occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND event.k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND toInt64(event.log_offset) <= transform(event.log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
  AND ({touched_by:UInt64} = 0 OR event.k IN (SELECT k FROM run_touched WHERE run_seq = {touched_by:UInt64}))
  AND (event.log_partition, event.log_offset) NOT IN (
    SELECT log_partition, log_offset FROM event_excluded
    WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
      AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
      AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  );

-- What was open at the checkpoint at from_ms (no rows when there is none): the whole one as its run wrote it, but for
-- resources a later run wrote again.
CREATE OR REPLACE VIEW open_state AS
SELECT k, resource, part, usage_type, account_id, shape, size,
  toUnixTimestamp64Milli(opened_at) AS opened_ms, opened_by
FROM resource_state
WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND ({touched_by:UInt64} = 0 OR k IN (SELECT k FROM run_touched WHERE run_seq = {touched_by:UInt64}))
  AND (
    (
      run_seq IN (
        SELECT max(run_seq) FROM checkpoint
        WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
          AND (run_seq = {run_seq:UInt64} OR run_seq IN (SELECT run_seq FROM published_run))
      )
      AND k NOT IN (
        SELECT k FROM resource_state_repair
        WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
          AND (run_seq = {run_seq:UInt64} OR run_seq IN (SELECT run_seq FROM published_run))
      )
    )
    OR (k, run_seq) IN (
      SELECT k, max(run_seq) FROM resource_state_repair
      WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND (run_seq = {run_seq:UInt64} OR run_seq IN (SELECT run_seq FROM published_run))
      GROUP BY k
    )
  );

-- State rows of resources that have events, and the events, in the order in which they take effect:
-- the state first; in one instant what has a sequence by (source, sequence), then close, open, change, then (source, id).
CREATE OR REPLACE VIEW transition AS
SELECT k, resource, part, usage_type, toInt8(1) AS effect, {from_ms:Int64} AS t,
  toInt8(0) AS rank, '' AS sequenced_by, toInt64(-1) AS sequence, '' AS source, '' AS id,
  account_id, shape, size, opened_ms, opened_by
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, run_seq = {run_seq:UInt64}, touched_by = {touched_by:UInt64})
WHERE {touched_by:UInt64} != 0 OR k IN (
  SELECT k FROM metered_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
    bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
    registry_version = {registry_version:String}, touched_by = {touched_by:UInt64})
)
UNION ALL
SELECT k, resource, part, usage_type, effect, t,
  toInt8(if(sequence >= 0, 1, 2)) AS rank, CAST(if(sequence >= 0, source, ''), 'String') AS sequenced_by, sequence, CAST(source, 'String') AS source, id,
  account_id, shape, size, t AS opened_ms, event_ref AS opened_by
FROM metered_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
  registry_version = {registry_version:String}, touched_by = {touched_by:UInt64});

-- One row per stretch in which a touched resource was open for one account in one shape; to_ms = 2^62 while it is open.
--
-- A story is all steps of one (resource, part, usage type) in order; a step is (t, rank, sequenced_by, sequence, effect,
-- source, id, account_id, shape, size, opened_ms, opened_by), sorted by its first seven. The fold is the state machine:
-- held is (open, account_id, shape, which steps turned). A close turns only what is open and its own account's; a change
-- turns only what is open; an open or change that says what already is turns nothing. A step that turns ends the stretch
-- before it and, unless it closes, begins one. Measured against four window functions over the same 750,000 rows: half the time.
CREATE OR REPLACE VIEW interval AS
WITH
stories AS (
  SELECT any(k) AS k, resource, part, usage_type,
    arraySort(groupArray((t, rank, sequenced_by, sequence, effect, source, id, CAST(account_id, 'String'), shape, size, opened_ms, opened_by))) AS steps
  FROM transition(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
    bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
    registry_version = {registry_version:String}, run_seq = {run_seq:UInt64}, touched_by = {touched_by:UInt64})
  GROUP BY resource, part, usage_type
),
folded AS (
  SELECT k, resource, part, usage_type, steps,
    arrayFold((held, step) -> multiIf(
        step.5 = 0 AND held.1 = 1 AND held.2 = step.8, (toUInt8(0), step.8, step.9, arrayPushBack(held.4, toUInt8(1))),
        step.5 = 0 OR (step.5 = 2 AND held.1 = 0) OR (held.1 = 1 AND held.2 = step.8 AND held.3 = step.9), (held.1, held.2, held.3, arrayPushBack(held.4, toUInt8(0))),
        (toUInt8(1), step.8, step.9, arrayPushBack(held.4, toUInt8(1)))),
      steps, (toUInt8(0), '', toUInt128(0), emptyArrayUInt8())).4 AS turns
  FROM stories
),
turning AS (
  SELECT k, resource, part, usage_type, arrayFilter((step, turn) -> turn, steps, turns) AS kept,
    arrayPushBack(arrayPopFront(kept.1), toInt64(4611686018427387904)) AS ends,
    arrayPushBack(arrayPopFront(kept.12), toUInt64(0)) AS enders
  FROM folded
  WHERE has(turns, 1)
)
SELECT k, resource, part, usage_type, turn.8 AS account_id, turn.9 AS shape, turn.10 AS size,
  turn.1 AS from_ms, next_t AS to_ms, turn.11 AS opened_ms, turn.12 AS opened_by, next_by AS closed_by
FROM turning
ARRAY JOIN kept AS turn, ends AS next_t, enders AS next_by
WHERE turn.5 != 0 AND next_t > turn.1;
