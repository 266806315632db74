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
told AS (
  SELECT k, resource, part, usage_type, measure, effect, t, rank, sequenced_by, sequence, source, id, toString(account_id) AS account_id, shape,
    '' AS tags, toInt64(-1) AS size, toInt64(-1) AS virtual_size, event_ref, toInt64(per_ms) AS rate
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
  WHERE measure <= 1 AND k IN (SELECT k FROM scratch_partial)
  UNION ALL
  SELECT story.k, story.resource, story.part, story.usage_type, story.measure, change.effect, change.t,
    toInt8(if(change.sequence >= 0, 1, 2)), if(change.sequence >= 0, change.source, ''), change.sequence, change.source, change.id,
    toString(change.account_id), toUInt128(0), change.tags, change.size, change.virtual_size, change.event_ref, greatest(change.size, 0)
  FROM scratch_partial AS change
  INNER JOIN (
    SELECT DISTINCT k, resource, part, usage_type, measure
    FROM story(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
    WHERE measure <= 1 AND k IN (SELECT k FROM scratch_partial)
  ) AS story ON story.resource = change.resource
  WHERE (change.part = '' OR change.part = story.part) AND (change.effect != 6 OR story.measure = 1)
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
  SELECT * FROM shape WHERE shape IN (SELECT base FROM merged) LIMIT 1 BY shape
) AS was ON was.shape = merged.base
INNER JOIN (
  SELECT DISTINCT usage_type, shape_by FROM metering_rule(registry_version = {registry_version:String})
) AS rule ON rule.usage_type = merged.usage_type
WHERE effect >= 4
