-- Fills scratch_ended: accounts that are gone, each at the earliest instant that counts.
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Rows    none
-- Why     what they held closes then, and what is said of them later means nothing; needs scratch_superseded
INSERT INTO scratch_ended
SELECT ending.account_id, min(toUnixTimestamp64Milli(ending.at)),
  argMin(ending.source, (ending.at, ending.source, ending.id)), argMin(ending.id, (ending.at, ending.source, ending.id)),
  argMin(ending.sequence, (ending.at, ending.source, ending.id)),
  reinterpretAsUInt64(argMin(ending.id_hash, (ending.at, ending.source, ending.id)))
FROM account_end AS ending
WHERE toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
  AND id_hash NOT IN (SELECT id_hash FROM scratch_superseded)
GROUP BY ending.account_id
