-- From events to intervals: what a run, a dry run and a live answer all stand on.
-- Parameters shared by the views: from_ms, to_ms (Unix ms UTC, half-open); bound_partitions, bound_offsets (how much of the
-- log counts); registry_version; only_touched (0 = all resources, 1 = those in scratch_touched); k_from, k_to
-- (range of k, both ends in). A run first looks up, once, what all its statements stand on: scratch_run holds the runs that count, the one that asks among them: its own
-- checkpoints do, too; scratch_superseded the events that revisions made void, scratch_ended the accounts that are gone.

-- What each event type means to each usage type. measure: 0 duration, 1 capacity, 2 sum, 3 counter, 4 gauge, 5 count, 6 max,
-- 7 unique, 8 latest, 255 = a partial change, which means it to every type of the resource. masked: its shape leaves something
-- out, or its value stands in the details, so that the whole event must be read for it.
CREATE OR REPLACE VIEW metering_rule AS
SELECT effects.event_type AS event_type, effects.usage_type AS usage_type, effects.effect AS effect,
  toUInt8(if(effects.usage_type = 0, 255, indexOf(['duration', 'capacity', 'sum', 'counter', 'gauge', 'count', 'max', 'unique', 'latest'], types.measure) - 1)) AS measure,
  types.reading AS reading, types.shape_by AS shape_by, types.parts AS parts, types.max_gap_ms AS max_gap_ms,
  toUInt8(notEmpty(types.shape_by) OR types.measure = 'unique') AS masked
FROM (
  SELECT DISTINCT event_type, usage_type, effect FROM usage_type_effect WHERE registry_version = {registry_version:String}
) AS effects
LEFT JOIN (
  SELECT DISTINCT usage_type, toString(measure) AS measure, reading, shape_by, parts, max_gap_ms
  FROM usage_type WHERE registry_version = {registry_version:String}
) AS types ON types.usage_type = effects.usage_type;

-- Events that count: no repeats, no conflicts, none above the bound, none revised (but the revision that counts), none of an
-- account that has ended. A sample of a counter counts one millisecond before its instant, so that one on an edge belongs to
-- the window it closes; whoever reads t asks for t in [from_ms, to_ms).
CREATE OR REPLACE VIEW counted_event AS
SELECT
  event.k AS k, event.resource AS resource, event.part AS part, event.type AS type,
  event.t AS t, event.sequence AS sequence, event.source AS source, event.id AS id,
  event.account_id AS account_id, event.shape AS shape, event.event_ref AS event_ref,
  event.project_id AS project_id, event.zone AS zone, event.offering AS offering, event.template AS template,
  event.resource_type AS resource_type, event.vm AS vm, event.size AS size, event.virtual_size AS virtual_size,
  event.details AS details, event.tags AS tags,
  event.reading_names AS reading_names, event.reading_values AS reading_values, event.counter AS counter, event.epoch AS epoch
FROM (
  SELECT k, resource, part, type, toUnixTimestamp64Milli(occurred_at) - (type = 'tally.counter') AS t, toUnixTimestamp64Milli(occurred_at) AS occurred_ms,
    sequence, if(revision = 0, source, original_source) AS source, if(revision = 0, id, original_id) AS id,
    account_id, shape, reinterpretAsUInt64(id_hash) AS event_ref,
    project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags,
    reading_names, reading_values, counter, epoch
  FROM event
  WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
    AND toDate(occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
    AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND occurred_at <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
    AND toInt64(log_offset) < transform(log_claim, ((SELECT (groupArray(claim), groupArray(end_offset)) FROM ended_claim) AS ended_claims).1, ended_claims.2, toInt64(9223372036854775807))
    AND ({only_touched:UInt8} = 0 OR k IN (SELECT k FROM scratch_touched))
    AND (log_partition, log_offset) NOT IN (
      SELECT log_partition, log_offset FROM event_excluded
      WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
        AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND occurred_at <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    )
    AND id_hash NOT IN (SELECT id_hash FROM scratch_superseded)
) AS event
LEFT ANY JOIN scratch_ended AS ended
  ON ended.account_id = event.account_id
WHERE event.t >= {from_ms:Int64} AND event.t < {to_ms:Int64} AND (ended.account_id = '' OR event.occurred_ms < ended.at_ms);

-- What was open at the checkpoint at from_ms (no rows when there is none): the whole one as its run wrote it, but for
-- resources a later run wrote again.
CREATE OR REPLACE VIEW open_state AS
SELECT k, resource, part, usage_type, measure, account_id, shape, per_ms, epoch,
  toUnixTimestamp64Milli(opened_at) AS opened_ms, opened_by
FROM resource_state
WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND ({only_touched:UInt8} = 0 OR k IN (SELECT k FROM scratch_touched))
  AND (
    (
      run_seq IN (
        SELECT max(run_seq) FROM checkpoint
        WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
          AND run_seq IN (SELECT run_seq FROM scratch_run)
      )
      AND k NOT IN (
        SELECT k FROM resource_state_repair
        WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
          AND run_seq IN (SELECT run_seq FROM scratch_run)
      )
    )
    OR (k, run_seq) IN (
      SELECT k, max(run_seq) FROM resource_state_repair
      WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND run_seq IN (SELECT run_seq FROM scratch_run)
      GROUP BY k
    )
  );

-- The stories of resources that have events: one row per (resource, part, usage type) known from the state or from a step.
CREATE OR REPLACE VIEW story AS
SELECT DISTINCT k, resource, part, usage_type, measure, account_id
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
UNION DISTINCT
SELECT DISTINCT k, resource, part, usage_type, measure, CAST(account_id, 'LowCardinality(String)') FROM scratch_event WHERE usage_type != 0 AND effect != 0;

-- State rows of resources that have events, and their steps, in the order in which they take effect: the state first; in one
-- instant what has a sequence by (source, sequence), then close, open, change, then (source, id).
CREATE OR REPLACE VIEW transition AS
SELECT k, resource, part, usage_type, measure, toInt8(1) AS effect, opened_ms AS t,
  toInt8(0) AS rank, '' AS sequenced_by, toInt64(-1) AS sequence, '' AS source, '' AS id,
  account_id, shape, per_ms, toUInt8(0) AS is_delta, epoch AS label, opened_by AS event_ref
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
WHERE {only_touched:UInt8} != 0 OR measure = 4 OR k IN (SELECT k FROM scratch_event)
UNION ALL
SELECT k, resource, part, usage_type, measure, effect, t,
  toInt8(if(sequence >= 0, 1, 2)) AS rank, if(sequence >= 0, source, '') AS sequenced_by, sequence, source, id,
  account_id, shape, per_ms, is_delta, label, event_ref
FROM scratch_event
WHERE usage_type != 0;

-- One row per stretch in which a touched resource was open for one account in one shape; to_ms = 2^62 while it is open.
--
-- A story is all steps of one (resource, part, usage type) in order; a step is (t, rank, sequenced_by, sequence, effect,
-- source, id, account_id, shape, per_ms, event_ref), sorted by its first seven. The fold is the state machine:
-- held is (open, account_id, shape, per_ms, which steps turned). A close turns only what is open and its own account's; a change
-- turns only what is open; an open or change that says what already is turns nothing, nor does one that says no size (per_ms -1)
-- of what its account holds already. A step that turns ends the stretch
-- before it and, unless it closes, begins one. Measured against four window functions over the same 750,000 rows: half the time.
CREATE OR REPLACE VIEW interval AS
WITH
stories AS (
  SELECT any(step.k) AS k, resource, part, usage_type, any(step.measure) AS measure,
    arraySort(groupArray((t, rank, sequenced_by, sequence, effect, source, id, CAST(account_id, 'String'), shape, per_ms, event_ref))) AS steps
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS step
  WHERE step.measure <= 1
  GROUP BY resource, part, usage_type
),
folded AS (
  SELECT k, resource, part, usage_type, measure, steps,
    arrayFold((held, step) -> multiIf(
        step.5 = 0 AND held.1 = 1 AND held.2 = step.8, (toUInt8(0), step.8, step.9, step.10, arrayPushBack(held.5, toUInt8(1))),
        step.5 = 0 OR (step.5 = 2 AND held.1 = 0) OR (held.1 = 1 AND held.2 = step.8 AND (step.10 < 0 OR (held.3 = step.9 AND held.4 = step.10))), (held.1, held.2, held.3, held.4, arrayPushBack(held.5, toUInt8(0))),
        (toUInt8(1), step.8, step.9, greatest(step.10, 0), arrayPushBack(held.5, toUInt8(1)))),
      steps, (toUInt8(0), '', toUInt128(0), toInt64(0), emptyArrayUInt8())).5 AS turns
  FROM stories
),
turning AS (
  SELECT k, resource, part, usage_type, measure, arrayFilter((step, turn) -> turn, steps, turns) AS kept,
    arrayPushBack(arrayPopFront(kept.1), toInt64(4611686018427387904)) AS ends,
    arrayPushBack(arrayPopFront(kept.11), toUInt64(0)) AS enders
  FROM folded
  WHERE has(turns, 1)
)
SELECT k, resource, part, usage_type, measure, turn.8 AS account_id, turn.9 AS shape, greatest(turn.10, 0) AS per_ms,
  turn.1 AS from_ms, next_t AS to_ms, turn.11 AS opened_by, next_by AS closed_by
FROM turning
ARRAY JOIN kept AS turn, ends AS next_t, enders AS next_by
WHERE turn.5 != 0 AND next_t > turn.1;

-- A gauge's reading holds until the next, at most for its type's max_gap_ms: of what nobody watched nothing is charged. A close
-- ends what its own account holds. A reading of nothing ends the one before and begins none.
CREATE OR REPLACE VIEW gauge_interval AS
SELECT k, resource, part, usage_type, measure, account_id, shape, per_ms, t AS from_ms,
  least(next_t, if(max_gap_ms = 0, toInt64(4611686018427387904), t + max_gap_ms)) AS to_ms,
  event_ref AS opened_by, if(next_t <= to_ms, next_ref, toUInt64(0)) AS closed_by
FROM (
  SELECT *,
    leadInFrame(t, 1, toInt64(4611686018427387904)) OVER following AS next_t,
    leadInFrame(event_ref, 1, toUInt64(0)) OVER following AS next_ref
  FROM (
    SELECT *, anyLast(if(effect = 0, NULL, toNullable(toString(account_id)))) OVER (
      PARTITION BY k, resource, part, usage_type ORDER BY t, rank, sequenced_by, sequence, effect, source, id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS holder
    FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
    WHERE measure = 4
  )
  WHERE effect != 0 OR ifNull(holder, '') = account_id
  WINDOW following AS (PARTITION BY k, resource, part, usage_type ORDER BY t, rank, sequenced_by, sequence, effect, source, id
    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
) AS step
INNER JOIN (
  SELECT DISTINCT usage_type, max_gap_ms FROM metering_rule(registry_version = {registry_version:String}) WHERE measure = 4
) AS rule ON rule.usage_type = step.usage_type
WHERE effect != 0 AND per_ms > 0 AND to_ms > from_ms;

-- Cumulative samples of counters with what each adds. The first one of a story is its baseline and adds nothing. Two given and
-- different epochs: the later one began at 0. Else less than before is a reset, and the new value counts, unless the epoch says
-- that there was none: then nothing is added until the old height is passed. high: that height, as of this sample.
CREATE OR REPLACE VIEW counter_sample AS
WITH
stories AS (
  SELECT k, resource, part, usage_type,
    arraySort(groupArray((t, rank, sequenced_by, sequence, source, id, per_ms, label, CAST(account_id, 'String'), shape, event_ref))) AS samples,
    samples.7 AS values, samples.8 AS labels,
    arrayPushFront(arrayPopBack(values), toInt64(-1)) AS former_values,
    arrayPushFront(arrayPopBack(labels), '') AS former_labels,
    arrayExists((value, former, label, former_label) -> label != '' AND label = former_label AND value < former, values, former_values, labels, former_labels) AS falls_back
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
  WHERE measure = 3 AND NOT is_delta
  GROUP BY k, resource, part, usage_type
),
raised AS (
  SELECT *,
    -- Only who falls back within an epoch has a height of its own: the fold is for those alone, since it copies what it has so far.
    if(falls_back, arrayFold((held, sample) -> (
        if(sample.8 != '' AND sample.8 = held.2, greatest(held.1, sample.7), sample.7) AS height, sample.8, arrayPushBack(held.3, height)),
      if(falls_back, samples, arraySlice(samples, 1, 0)), (toInt64(-1), '', emptyArrayInt64())).3, values) AS highs,
    arrayPushFront(arrayPopBack(highs), toInt64(-1)) AS former_highs,
    arrayMap((value, label, former_label, former_high, n) -> multiIf(n = 1, toInt64(0), label != '' AND former_label != '' AND label != former_label, value,
        value >= former_high, value - former_high, label = '' OR former_label = '', value, toInt64(0)),
      values, labels, former_labels, former_highs, arrayEnumerate(values)) AS deltas,
    arrayPushBack(arrayPopFront(samples.1), toInt64(4611686018427387904)) AS ends
  FROM stories
)
SELECT k, resource, part, usage_type, sample.9 AS account_id, sample.10 AS shape, sample.1 AS t, sample.8 AS label, sample.11 AS event_ref, high, next_t, delta
FROM raised
ARRAY JOIN samples AS sample, highs AS high, ends AS next_t, deltas AS delta;

-- The hash of what a resource is while it is used; table event has the same expression for the whole of an event.
CREATE OR REPLACE FUNCTION shape_of AS (project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags) ->
  reinterpretAsUInt128(sipHash128(project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags));

-- Events for usage types whose shape leaves something out, with what is left of it, and for those that count values of a detail.
CREATE OR REPLACE VIEW masked_event AS
SELECT k, resource, part, usage_type, measure, effect, t, sequence, source, id, account_id, per_ms, is_delta, label, event_ref,
  shape_of(project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags) AS shape, project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags
FROM (
  SELECT event.k AS k, event.resource AS resource, event.part AS part, rule.usage_type AS usage_type, rule.measure AS measure, rule.effect AS effect,
    event.t AS t, event.sequence AS sequence, event.source AS source, event.id AS id, event.account_id AS account_id, event.event_ref AS event_ref,
    multiIf(measure = 1, event.size, measure IN (2, 3, 4, 6, 8) AND effect = 3, reading_values[indexOf(reading_names, reading)], 1) AS per_ms,
    counter = 'delta' AS is_delta, if(measure = 7, JSONExtractString(event.details, reading), epoch) AS label,
    if(empty(shape_by) OR has(shape_by, 'project_id'), toString(event.project_id), '') AS project_id,
    if(empty(shape_by) OR has(shape_by, 'zone'), toString(event.zone), '') AS zone,
    if(empty(shape_by) OR has(shape_by, 'offering'), toString(event.offering), '') AS offering,
    if(empty(shape_by) OR has(shape_by, 'template'), toString(event.template), '') AS template,
    if(empty(shape_by) OR has(shape_by, 'resource_type'), toString(event.resource_type), '') AS resource_type,
    if(empty(shape_by) OR has(shape_by, 'vm'), event.vm, '') AS vm,
    if(empty(shape_by) OR has(shape_by, 'size'), event.size, -1) AS size,
    if(empty(shape_by) OR has(shape_by, 'virtual_size'), event.virtual_size, -1) AS virtual_size,
    if(empty(shape_by) OR has(shape_by, 'details'), event.details, '{}') AS details,
    if(empty(shape_by) OR has(shape_by, 'tags'), event.tags, '{}') AS tags
  FROM counted_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, only_touched = {only_touched:UInt8}) AS event
  INNER JOIN (
    SELECT * FROM metering_rule(registry_version = {registry_version:String}) WHERE masked = 1
  ) AS rule ON rule.event_type = event.type
  WHERE (NOT (measure IN (2, 3, 4, 6, 8) AND effect = 3) OR has(reading_names, reading))
    AND (measure != 7 OR JSONHas(event.details, reading))
);
