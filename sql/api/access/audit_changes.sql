-- What some authors changed of control data in a span of time, with what it was before.
-- Params  authors Array(String)          as changes name them
-- Params  from_ms, to_ms Int64           Unix ms UTC, both in it
-- Rows    kind, id, changed_by, version, before, after String (before '' = there was none), changed_ms Int64 (Unix ms UTC)
-- Why     a page of lines asks once for all of its changes
SELECT kind, id, changed_by, toString(version) AS version, before, after, toUnixTimestamp64Milli(changed_at) AS changed_ms
FROM audit_change
WHERE changed_by IN {authors:Array(String)}
  AND changed_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND changed_at <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
ORDER BY changed_ms, kind, id, version
