-- A page of exports as they stand, those asked for last first.
-- Params  id String                            '' = any
-- Params  state String                         '' = any
-- Params  before_ms Int64, before_id String    when the last of the page before was asked for, and its id; 0 = from the last one on
-- Params  limit UInt32
-- Rows    id, version, kind, format, body, state, asked_ms, asked_by, changed_ms, error
-- Why     an export is a row for each state it has been in, and while it runs for how far it is; the last one is how it stands, and one that has ended
--         does not run any more, however late a row of how far it was comes
SELECT export_id AS id, toString(latest) AS version, toString(last.kind) AS kind, toString(last.format) AS format, last.body AS body, toString(last.state) AS state,
  toString(toUnixTimestamp64Milli(asked_at)) AS asked_ms, asked_by, toString(toUnixTimestamp64Milli(last.changed_at)) AS changed_ms, last.error AS error
FROM (
  SELECT export_id, max(version) AS latest, argMax(tuple(kind, format, body, state, changed_at, error), (state != 'running', version)) AS found, min(changed_at) AS asked_at, argMin(changed_by, version) AS asked_by,
    CAST(found, 'Tuple(kind String, format String, body String, state String, changed_at DateTime64(3, \'UTC\'), error String)') AS last
  FROM export_file
  WHERE {id:String} = '' OR export_id = {id:String}
  GROUP BY export_id
)
WHERE ({state:String} = '' OR last.state = {state:String})
  AND ({before_ms:Int64} = 0 OR (toUnixTimestamp64Milli(asked_at), export_id) < ({before_ms:Int64}, {before_id:String}))
ORDER BY asked_at DESC, export_id DESC
LIMIT {limit:UInt32}
