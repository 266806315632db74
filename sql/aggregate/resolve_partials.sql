-- Fills scratch_resolved: each partial change as a whole step of every story it reaches.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Params  registry_version String
-- Rows    none
-- Why     what is held at a change is what the last whole step before it said, with the partial changes since; so the state
--         machine need not know of them. Without a part a change reaches all parts; a size is of capacities alone. What a capacity
--         counts is its size also where its shape leaves the size out, so the rate is held beside the shape.
INSERT INTO scratch_resolved
WITH
-- Stories with the changes that reach them, as arrays: the steps are read once, and told apart again below.
stories AS (
  SELECT any(step.k) AS k, resource, part, usage_type, measure,
    groupArray((step.effect, t, rank, sequenced_by, sequence, source, id, toString(step.account_id), step.shape, '', toInt64(-1), toInt64(-1), step.event_ref, toInt64(per_ms))) AS steps
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS step
  WHERE measure <= 1 AND step.k IN (SELECT k FROM scratch_partial)
  GROUP BY resource, part, usage_type, measure
  HAVING max(step.effect) > 0
),
changes AS (
  SELECT resource, groupArray((part, (effect, t, toInt8(if(sequence >= 0, 1, 2)), if(sequence >= 0, source, ''), sequence, source, id,
    toString(account_id), toUInt128(0), tags, size, virtual_size, event_ref, greatest(size, 0)))) AS told_of
  FROM scratch_partial
  GROUP BY resource
),
told AS (
  SELECT k, stories.resource AS resource, part, usage_type, measure, step.1 AS effect, step.2 AS t, step.3 AS rank, step.4 AS sequenced_by, step.5 AS sequence,
    step.6 AS source, step.7 AS id, step.8 AS account_id, step.9 AS shape, step.10 AS tags, step.11 AS size, step.12 AS virtual_size, step.13 AS event_ref, step.14 AS rate
  FROM stories
  INNER JOIN changes ON changes.resource = stories.resource
  ARRAY JOIN arrayConcat(steps, arrayMap(change -> change.2,
    arrayFilter(change -> (change.1 = '' OR change.1 = part) AND (change.2.1 != 6 OR measure = 1), told_of))) AS step
),
-- What says no size says nothing where its own account holds one: it begins no chapter.
holders AS (
  SELECT *, ifNull(anyLast(if(effect IN (1, 2, 5), account_id, NULL)) OVER before, '') AS held_by
  FROM told
  WINDOW before AS (PARTITION BY resource, part, usage_type
    ORDER BY t, rank, sequenced_by, sequence, least(effect, 2), source, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
heard AS (
  SELECT *, ifNull(anyLast(multiIf(effect = 1, 1, effect = 0 AND account_id = held_by, 0, NULL)) OVER before, 0) AS is_open
  FROM holders
  WINDOW before AS (PARTITION BY resource, part, usage_type
    ORDER BY t, rank, sequenced_by, sequence, least(effect, 2), source, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
chapters AS (
  SELECT *, countIf(effect <= 2) OVER (PARTITION BY resource, part, usage_type
    ORDER BY t, rank, sequenced_by, sequence, least(effect, 2), source, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chapter
  FROM heard
  WHERE effect != 0 AND NOT (effect <= 2 AND measure = 1 AND rate < 0 AND is_open = 1 AND account_id = held_by)
),
merged AS (
  SELECT k, resource, part, usage_type, measure, effect, t, sequence, source, id, event_ref,
    first_value(shape) OVER so_far AS base,
    anyLast(if(effect IN (1, 2, 5), account_id, NULL)) OVER so_far AS holder,
    anyLast(if(effect = 4, tags, NULL)) OVER so_far AS new_tags,
    anyLast(if(effect = 6, size, NULL)) OVER so_far AS new_size,
    anyLast(if(effect IN (1, 2, 6), rate, NULL)) OVER so_far AS new_rate,
    anyLast(if(effect = 6 AND virtual_size >= 0, virtual_size, NULL)) OVER so_far AS new_virtual_size
  FROM chapters
  WHERE chapter > 0
  WINDOW so_far AS (PARTITION BY resource, part, usage_type, chapter
    ORDER BY t, rank, sequenced_by, sequence, least(effect, 2), source, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT merged.k, merged.resource, merged.part, merged.usage_type, merged.measure, t, sequence, source, id, ifNull(holder, ''), event_ref, greatest(ifNull(new_rate, 0), 0),
  shape_of(project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags) AS shape,
  was.project_id AS project_id, was.zone AS zone, was.offering AS offering, was.template AS template, was.resource_type AS resource_type, was.vm AS vm,
  if(empty(shape_by) OR has(shape_by, 'size'), ifNull(new_size, was.size), was.size) AS size,
  if(empty(shape_by) OR has(shape_by, 'virtual_size'), ifNull(new_virtual_size, was.virtual_size), was.virtual_size) AS virtual_size,
  was.details AS details,
  if(empty(shape_by) OR has(shape_by, 'tags'), ifNull(new_tags, was.tags), was.tags) AS tags
FROM merged
INNER JOIN (
  SELECT * FROM shape
  WHERE shape IN (
    SELECT shape FROM scratch_event WHERE k IN (SELECT k FROM scratch_partial)
    UNION DISTINCT
    SELECT shape FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) WHERE k IN (SELECT k FROM scratch_partial)
  )
  LIMIT 1 BY shape
) AS was ON was.shape = merged.base
INNER JOIN (
  SELECT DISTINCT usage_type, shape_by FROM metering_rule(registry_version = {registry_version:String})
) AS rule ON rule.usage_type = merged.usage_type
WHERE effect >= 4
