-- Finds usage of resources after the end of their life.
-- Params  check String, usage_types Array(UInt16)   under which name, and which usage is looked at
-- Params  end_types, begin_types Array(String)      events that end such a life and that begin one
-- Params  since_run UInt64               windows written by later runs are looked at
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  from_ms Int64                  ends since then are known (Unix ms UTC)
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log the usage stands on
-- Rows    none
-- Why     CloudStack's checks of records after removal. An end in another account's name ends nothing; one that names no part ends all
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT {check:String}, 'error', usage.account_id, usage.usage_type, usage.resource, usage.part, '', usage.window_start,
  toJSONString(map('ended_at', toString(max(life.ended_at)), 'used_to', toString(max(usage.last_at)), 'event', argMax(life.ended_by, life.ended_at),
    'record', concat('ur_', lower(hex(usage_record_id_of(usage.account_id, usage.usage_type, usage.resource, usage.part, usage.shape, usage.window_start, usage.window_end))))))
FROM (
  SELECT * FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
  WHERE usage_type IN {usage_types:Array(UInt16)}
) AS usage
INNER JOIN (
  SELECT toString(account_id) AS account_id, resource, part,
    maxIf(occurred_at, type IN {end_types:Array(String)}) AS ended_at,
    argMaxIf(concat(source, ' ', id), occurred_at, type IN {end_types:Array(String)}) AS ended_by,
    maxIf(occurred_at, type IN {begin_types:Array(String)}) AS begun_at
  FROM event
  WHERE (type IN {end_types:Array(String)} OR type IN {begin_types:Array(String)})
    AND toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
    AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
    AND (log_partition, log_offset) NOT IN (SELECT log_partition, log_offset FROM event_excluded)
    AND id_hash NOT IN (SELECT id_hash FROM scratch_superseded)
  GROUP BY account_id, resource, part
) AS life ON life.account_id = toString(usage.account_id) AND life.resource = usage.resource
WHERE life.part = '' OR life.part = usage.part
GROUP BY usage.account_id, usage.usage_type, usage.resource, usage.part, usage.shape, usage.window_start, usage.window_end
HAVING toUnixTimestamp64Milli(max(life.ended_at)) > 0 AND max(life.begun_at) < max(life.ended_at) AND max(usage.last_at) > max(life.ended_at)
