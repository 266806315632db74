-- The published rows of usage records, with what their shapes stand for and the names of their resources.
-- Params  as_of UInt64                     highest run that counts
-- Params  account_id String, usage_type UInt16
-- Params  window_starts Array(Int64), resources, parts Array(String), shapes Array(UInt128)   one of each a record
-- Rows    usage_record_no String, run_seq, sign, quantity, slices, and what the shape stands for, name String
-- Why     the truth of a record is the sum of its rows: what it was and what late facts made of it. By the table's key
SELECT usage_record_no, usage.run_seq AS run_seq, usage.sign AS sign, toString(usage.quantity) AS quantity, usage.slices AS slices,
  label.name AS name, meant.project_id AS project_id, meant.zone AS zone, meant.offering AS offering, meant.template AS template,
  meant.resource_type AS resource_type, meant.vm AS vm, meant.size AS size, meant.virtual_size AS virtual_size, meant.details AS details, meant.tags AS tags
FROM (
  SELECT run_seq, sign, resource, part, shape, quantity, slices,
    toString(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end)) AS usage_record_no
  FROM usage_record
  WHERE account_id = {account_id:String} AND usage_type = {usage_type:UInt16}
    AND window_start IN (SELECT fromUnixTimestamp64Milli(arrayJoin({window_starts:Array(Int64)}), 'UTC'))
    AND k IN (SELECT sipHash64(arrayJoin({resources:Array(String)})))
    AND (toUnixTimestamp64Milli(window_start), resource, part, shape) IN (
      SELECT {window_starts:Array(Int64)}[no], {resources:Array(String)}[no], {parts:Array(String)}[no], {shapes:Array(UInt128)}[no]
      FROM (SELECT arrayJoin(arrayEnumerate({window_starts:Array(Int64)})) AS no)
    )
    AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64})
) AS usage
LEFT ANY JOIN (SELECT * FROM shape WHERE shape IN {shapes:Array(UInt128)}) AS meant ON meant.shape = usage.shape
LEFT ANY JOIN (
  SELECT resource AS named, part AS named_part, argMax(resource_name.name, (resource_name.occurred_at, resource_name.name)) AS name
  FROM resource_name
  WHERE account_id = {account_id:String} AND resource IN {resources:Array(String)}
  GROUP BY named, named_part
) AS label ON named = usage.resource AND named_part = usage.part
ORDER BY usage_record_no, run_seq, sign
