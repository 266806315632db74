-- Where an inventory and what is metered differ: listed and not open, open and not listed, or open in another way.
-- Params  source String                  whose inventory: what it never spoke of is not missing from its list
-- Params  account_id String              the list is of this account alone; '' = of all
-- Params  complete_for Array(UInt16)     usage types of which the list is whole
-- Params  registry_version String
-- Rows    item Int64 (its place in the list, -1 = not listed), action String (open, close, differs), resource, part String, usage_type UInt16
-- Rows    held_by String, opened_ms Int64 (-1 = not open), changed Array(String) (attributes)
-- Rows    project_id, zone, offering, template, resource_type, vm, details, tags String, size, virtual_size Int64 (as metered; of another usage type of the resource where this one is not)
-- Why     attributes the list does not give are not compared: what a source does not know is no difference
WITH
compared AS (
  SELECT toInt64(listed.item) AS item, listed.is_there AS is_there, listed.resource AS resource, listed.part AS part, listed.usage_type AS usage_type,
    listed.account_id AS listed_account, open.account_id AS held_by, open.opened_ms > 0 AS is_open, open.opened_ms AS opened_ms,
    if(is_open, open.shape, other.any_shape) AS base, listed.given AS given,
    listed.project_id AS new_project_id, listed.zone AS new_zone, listed.offering AS new_offering, listed.template AS new_template,
    listed.resource_type AS new_resource_type, listed.vm AS new_vm, listed.size AS new_size, listed.virtual_size AS new_virtual_size,
    listed.details AS new_details, listed.tags AS new_tags
  FROM scratch_listed AS listed
  LEFT JOIN scratch_open AS open ON open.resource = listed.resource AND open.part = listed.part AND open.usage_type = listed.usage_type
  LEFT JOIN (
    SELECT resource, part, argMax(shape, usage_type) AS any_shape FROM scratch_open GROUP BY resource, part
  ) AS other ON other.resource = listed.resource AND other.part = listed.part
  WHERE listed.is_there <= 1
),
unlisted AS (
  SELECT toInt64(-1) AS item, open.resource AS resource, open.part AS part, open.usage_type AS usage_type, open.account_id AS held_by, open.opened_ms AS opened_ms, open.shape AS base
  FROM scratch_open AS open
  WHERE open.usage_type IN {complete_for:Array(UInt16)} AND ({account_id:String} = '' OR open.account_id = {account_id:String})
    AND (open.resource, open.part, open.usage_type) NOT IN (SELECT resource, part, usage_type FROM scratch_listed)
),
differences AS (
  SELECT item, multiIf(is_there = 0, 'close', is_open, 'differs', 'open') AS action, compared.resource AS resource, compared.part AS part, compared.usage_type AS usage_type,
    compared.held_by AS held_by, if(is_open, compared.opened_ms, toInt64(-1)) AS opened_ms, base, given, listed_account,
    new_project_id, new_zone, new_offering, new_template, new_resource_type, new_vm, new_size, new_virtual_size, new_details, new_tags
  FROM compared
  WHERE is_there = 1 OR is_open
  UNION ALL
  SELECT item, 'close', resource, part, usage_type, held_by, opened_ms, base, emptyArrayString(), held_by, '', '', '', '', '', '', toInt64(-1), toInt64(-1), '', ''
  FROM unlisted
  WHERE sipHash64(resource) IN (SELECT k FROM event WHERE source = {source:String} AND k IN (SELECT sipHash64(resource) FROM unlisted))
)
SELECT item, toString(action) AS action, differences.resource AS resource, differences.part AS part, differences.usage_type AS usage_type, held_by, opened_ms,
  arrayFilter((name, differs) -> differs AND has(given, name) AND (empty(rule.shape_by) OR has(rule.shape_by, name)),
    ['project_id', 'zone', 'offering', 'template', 'resource_type', 'vm', 'size', 'virtual_size', 'details', 'tags'],
    [was.project_id != new_project_id, was.zone != new_zone, was.offering != new_offering, was.template != new_template, was.resource_type != new_resource_type,
      was.vm != new_vm, was.size != new_size, was.virtual_size != new_virtual_size, was.details != new_details, was.tags != new_tags]) AS changed,
  toString(was.project_id) AS project_id, toString(was.zone) AS zone, toString(was.offering) AS offering, toString(was.template) AS template,
  toString(was.resource_type) AS resource_type, was.vm AS vm, was.details AS details, was.tags AS tags,
  if(differences.base = 0, toInt64(-1), was.size) AS size, if(differences.base = 0, toInt64(-1), was.virtual_size) AS virtual_size
FROM differences
LEFT JOIN (SELECT * FROM shape WHERE shape IN (SELECT shape FROM scratch_open) LIMIT 1 BY shape) AS was ON was.shape = differences.base
LEFT JOIN (
  SELECT DISTINCT usage_type, shape_by FROM usage_type WHERE registry_version = {registry_version:String}
) AS rule ON rule.usage_type = differences.usage_type
WHERE action != 'differs' OR held_by != listed_account OR notEmpty(changed)
ORDER BY resource, part, usage_type
