-- A page of usage records as published, in the order of their key.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             from <= window start < to, Unix ms UTC
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms Int64, after_type UInt16   key of the last row of the former page; after_account '' = first page
-- Params  limit UInt32
-- Rows    key, what the shape stands for, name and account label, quantity Int256, duration_ms, slices, first_ms, last_ms
-- Why     the truth of a key is the sum of its published rows; names are labels, looked up beside
SELECT
  record.record_id AS record_id, record.account_id AS account_id, account.name AS account,
  record.usage_type AS usage_type, record.resource AS resource, record.part AS part, toString(record.shape) AS shape,
  record.start_ms AS start_ms, record.end_ms AS end_ms,
  record.quantity AS quantity, record.duration_ms AS duration_ms, record.slices AS slices, record.first_ms AS first_ms, record.last_ms AS last_ms,
  label.name AS name, shape.project_id AS project_id, shape.zone AS zone, shape.offering AS offering, shape.template AS template,
  shape.resource_type AS resource_type, shape.vm AS vm, shape.size AS size, shape.virtual_size AS virtual_size, shape.details AS details, shape.tags AS tags
FROM (
  SELECT account_id, usage_type, resource, part, shape,
    toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
    lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))) AS record_id,
    sum(usage.quantity) AS quantity, sum(usage.duration_ms) AS duration_ms, sum(usage.slices) AS slices,
    toUnixTimestamp64Milli(argMaxIf(first_at, run_seq, sign = 1)) AS first_ms,
    toUnixTimestamp64Milli(argMaxIf(last_at, run_seq, sign = 1)) AS last_ms
  FROM published_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}) AS usage
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
    AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
    AND ({after_account:String} = '' OR account_id >= {after_account:String})
    AND ({after_account:String} = '' OR (account_id, toUnixTimestamp64Milli(window_start), usage_type, resource, part, shape)
      > ({after_account:String}, {after_ms:Int64}, {after_type:UInt16}, {after_resource:String}, {after_part:String}, toUInt128({after_shape:String})))
  GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape
  HAVING sum(sign) > 0
  ORDER BY account_id, window_start, usage_type, resource, part, shape
  LIMIT {limit:UInt32}
) AS record
LEFT JOIN current_account AS account ON account.account_id = record.account_id
LEFT ANY JOIN shape ON shape.shape = record.shape
LEFT JOIN resource_label(account_ids = {account_ids:Array(String)}) AS label ON label.account_id = record.account_id AND label.resource = record.resource AND label.part = record.part
ORDER BY account_id, start_ms, usage_type, resource, part, record.shape
