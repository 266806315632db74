-- What was asked for and what became of it, the latest first.
-- Params  from_ms, to_ms Int64                   when it ended, Unix ms UTC, half-open
-- Params  caller_id, operation String            '' = any
-- Params  refused UInt8                          1 = refused ones alone (status 401 and 403, and 432 and 531 of /client/api)
-- Params  before_ms Int64, before_id String      the line before
-- Params  limit UInt32
-- Rows    request_id, caller_id, caller_name, role, address, method, operation, target String, status UInt16, begun_ms, ended_ms Int64 (Unix ms UTC)
-- Why     reads the table from its end, so that the latest page costs what it holds
SELECT request_id, caller_id, caller_name, role, address, method, operation, target, status,
  toUnixTimestamp64Milli(begun_at) AS begun_ms, toUnixTimestamp64Milli(ended_at) AS ended_ms
FROM audit_line
WHERE ended_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND ended_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ({caller_id:String} = '' OR caller_id = {caller_id:String})
  AND ({operation:String} = '' OR operation = {operation:String})
  AND ({refused:UInt8} = 0 OR status IN (401, 403, 432, 531))
  AND ended_at <= fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
  AND (toUnixTimestamp64Milli(ended_at), request_id) < ({before_ms:Int64}, {before_id:String})
ORDER BY ended_at DESC, request_id DESC
LIMIT {limit:UInt32}
