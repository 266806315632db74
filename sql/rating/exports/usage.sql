-- Writes a month's usage records as published to a file.
-- Params  path, format String                  the file, and what the engine calls its format
-- Params  export_id, period, payer String, part, parts UInt32   whose months are laid out; '' = all accounts; of so many parts this one, from 0
-- Params  as_of UInt64, from_ms, to_ms Int64   the highest run that counts; the month of accounts nobody knows
-- Params  types String                         JSON of the registry: [{usage_type, name, unit, display_unit, divisor}]
-- Rows    none
-- Why     the truth of a key is the sum of its rows; what its shape stands for is written out, as GET /v1/usage-records does. Grouped by the columns of
--         the table's order, and nothing joined before, so that the engine sums as it reads and holds a record at a time
INSERT INTO FUNCTION file({path:String}, {format:String})
SELECT concat('ur_', lower(hex(usage_record_id_of(record.account_id, record.usage_type, record.resource, record.resource_part, record.shape, record.window_start, record.window_end)))) AS usage_record_id,
  toString(record.account_id) AS account_id, account.name AS account_name, record.usage_type AS usage_type, type.type.2 AS usage_type_name,
  record.resource AS resource, nullIf(record.resource_part, '') AS resource_part, nullIf(label.name, '') AS resource_name,
  nullIf(toString(shape.project_id), '') AS project_id, nullIf(toString(shape.zone), '') AS zone, nullIf(toString(shape.offering), '') AS offering,
  nullIf(toString(shape.template), '') AS template, nullIf(toString(shape.resource_type), '') AS resource_type, nullIf(shape.vm, '') AS vm,
  nullIf(shape.size, -1) AS size, nullIf(shape.virtual_size, -1) AS virtual_size, shape.details AS details, shape.tags AS tags,
  record.window_start AS window_start, record.window_end AS window_end, as_whole(record.used) AS quantity, type.type.3 AS unit,
  as_nano(half_away(record.used * toInt256(1000000000), toInt256(type.type.5))) AS display_quantity, type.type.4 AS display_unit, record.duration_ms AS duration_ms
FROM (
  SELECT account_id, usage_type, resource, usage.part AS resource_part, shape, window_start, window_end, sum(usage.quantity) AS used, sum(usage.duration_ms) AS duration_ms
  FROM usage_about_month(payer = {payer:String}, part = {part:UInt32}, parts = {parts:UInt32}, as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) AS usage
  GROUP BY account_id, window_start, k, usage_type, resource, resource_part, shape, window_end
  HAVING sum(sign) > 0
) AS record
LEFT ANY JOIN (SELECT * FROM scratch_export_month WHERE export_id = {export_id:String} AND month = {period:String}) AS lived ON lived.account_id = record.account_id
LEFT ANY JOIN (SELECT account_id AS known, name FROM current_account) AS account ON account.known = record.account_id
LEFT ANY JOIN shape ON shape.shape = record.shape
LEFT ANY JOIN (SELECT account_id AS naming, resource AS named_resource, part AS named_part, name FROM resource_label(account_ids = emptyArrayString())) AS label
  ON label.naming = record.account_id AND label.named_resource = record.resource AND label.named_part = record.resource_part
LEFT ANY JOIN (
  SELECT arrayJoin(JSONExtract({types:String}, 'Array(Tuple(usage_type UInt16, name String, unit String, display_unit String, divisor String))')) AS type
) AS type ON type.type.1 = record.usage_type
WHERE is_lived(record.window_start, lived.account_id, lived.starts, lived.ends, {from_ms:Int64}, {to_ms:Int64})
