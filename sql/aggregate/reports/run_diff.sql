-- What a run changed, one row per usage record, in the order of their key: what it took back and what it says now.
-- Params  run_seq UInt64
-- Params  account_ids Array(String)      empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms, after_end_ms Int64, after_type UInt16   key of the last row of the former page; after_account '' = first page
-- Params  limit UInt32
-- Rows    record_id, the key, taken, given and difference (given - taken) Int256 base units, was and is UInt8: whether there was a record before, and is one now
-- Why     a run's rows are its diff; those of a dry run too, as long as they are there. The run's own windows bound what is read
SELECT lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))) AS record_id,
  account_id, usage_type, resource, part, toString(shape) AS shape_id,
  toUnixTimestamp64Milli(window_start) AS start_ms, toUnixTimestamp64Milli(window_end) AS end_ms,
  -sumIf(quantity, sign = -1) AS taken, sumIf(quantity, sign = 1) AS given, sum(quantity) AS difference,
  countIf(sign = -1) > 0 AS was, countIf(sign = 1) > 0 AS is
FROM usage_record
WHERE run_seq = {run_seq:UInt64}
  AND window_start >= (SELECT min(window_start) FROM run_window WHERE run_seq = {run_seq:UInt64})
  AND window_start <= (SELECT max(window_start) FROM run_window WHERE run_seq = {run_seq:UInt64})
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND ({after_account:String} = '' OR account_id >= {after_account:String})
  AND ({after_account:String} = '' OR (account_id, toUnixTimestamp64Milli(window_start), usage_type, resource, part, shape, toUnixTimestamp64Milli(window_end))
    > ({after_account:String}, {after_ms:Int64}, {after_type:UInt16}, {after_resource:String}, {after_part:String}, toUInt128({after_shape:String}), {after_end_ms:Int64}))
GROUP BY account_id, window_start, window_end, usage_type, resource, part, shape
ORDER BY account_id, window_start, usage_type, resource, part, shape, window_end
LIMIT {limit:UInt32}
