-- How far so many rows of usage reach behind a key, in the order they lie in.
-- Params  as_of UInt64                     highest run that counts
-- Params  live_seq UInt64                  dry run whose rows count too, 0 = none
-- Params  from_ms, to_ms Int64             from <= window start < to, Unix ms UTC
-- Params  late_runs Array(UInt64), late_starts Array(Int64)   see late_window: their rows may be adjustments that are booked then
-- Params  account_ids Array(String), usage_types Array(UInt16), resources Array(String)   empty = all
-- Params  after_account, after_resource, after_part, after_shape String, after_ms Int64, after_type UInt16   key of the last row of the former page; after_account '' = first page
-- Params  rows UInt32
-- Rows    upto_account String, upto_ms Int64: account and window of the row behind so many; none = there are no more
-- Why     a record is never torn by an account's window, so a page is made of the rows up to one, and costs what it holds however many follow
SELECT toString(account_id) AS upto_account, toUnixTimestamp64Milli(window_start) AS upto_ms
FROM published_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
WHERE (
    (window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
    OR (notEmpty({late_runs:Array(UInt64)}) AND window_start IN (SELECT fromUnixTimestamp64Milli(arrayJoin({late_starts:Array(Int64)}), 'UTC'))
      AND (run_seq, window_start) IN (
        SELECT late.1, fromUnixTimestamp64Milli(late.2, 'UTC') FROM (SELECT arrayJoin(arrayZip({late_runs:Array(UInt64)}, {late_starts:Array(Int64)})) AS late)
      ))
  )
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
  AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
  AND ({after_account:String} = '' OR account_id > {after_account:String} OR (account_id = {after_account:String} AND (
    window_start > fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC') OR (window_start = fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')
      AND (usage_type, resource, part, shape) >= ({after_type:UInt16}, {after_resource:String}, {after_part:String}, toUInt128({after_shape:String})))))
  )
ORDER BY account_id, window_start
LIMIT 1 OFFSET {rows:UInt32}
