-- Processes that have a part of this store, as they last said.
-- Params  part String
-- Rows    process_id, shared UInt8 (1 = with others), holder, expires_ms
-- Why     one that ended gave its lease back; one that died counts until its lease expires
SELECT
  process_id,
  argMax(shared, beat) AS shared,
  argMax(holder, beat) AS holder,
  toUnixTimestamp64Milli(argMax(expires_at, beat)) AS expires_ms
FROM process_lease
WHERE part = {part:String}
GROUP BY process_id
HAVING max(ended) = 0
ORDER BY process_id
