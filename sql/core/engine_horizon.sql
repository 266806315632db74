-- What is left of the engine's archived events, in their order.
-- Params  source String, after_sequence Int64, limit UInt32   page by sequence
-- Rows    the columns that tell a resource's state, occurred_ms Int64 (Unix ms UTC)
-- Why     the log holds later events alone
SELECT id, sequence, type, toUnixTimestamp64Milli(occurred_at) AS occurred_ms, account_id, zone, resource, name, offering, template,
  resource_type, vm, size, details, tags
FROM engine_horizon
WHERE source = {source:String} AND sequence > {after_sequence:Int64}
ORDER BY sequence
LIMIT 1 BY resource, sequence
LIMIT {limit:UInt32}
