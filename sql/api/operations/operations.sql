-- Operations as they stand, those begun last first: runs, exports, and other work that went on after its request was answered.
-- Params  id String                            '' = any
-- Params  state String                         running, succeeded or failed; '' = any
-- Params  before_ms Int64, before_id String    when the last of the page before began, and its id; 0 = from the last one on
-- Params  limit UInt32
-- Rows    id, source (run, export or operation), kind, subject, state, holder, lease_expires_ms, progress, outcome, error, asked_by, began_ms, changed_ms
-- Why     runs and exports tell of themselves: what is shown of them here is read from their own rows
SELECT id, source, kind, subject, state, holder, lease_expires_ms, progress, outcome, error, asked_by,
  toString(toUnixTimestamp64Milli(began_at)) AS began_ms, toString(toUnixTimestamp64Milli(changed_at)) AS changed_ms
FROM (
  SELECT run_id AS id, 'run' AS source, toString(kind) AS kind, period AS subject, multiIf(state = 'running', 'running', state = 'failed', 'failed', 'succeeded') AS state,
    holder, toString(toUnixTimestamp64Milli(lease_expires_at)) AS lease_expires_ms, progress, '' AS outcome, error, asked_by, began_at, changed_at
  FROM current_run
  WHERE {id:String} = '' OR run_id = {id:String}
  UNION ALL
  SELECT export_id AS id, 'export' AS source, 'export' AS kind, toString(of_kind) AS subject, multiIf(last = 'running', 'running', last = 'failed', 'failed', 'succeeded') AS state,
    '' AS holder, '0' AS lease_expires_ms, JSONExtractRaw(last_body, 'progress') AS progress, '' AS outcome, why AS error, asked_by, began_at, ended_at AS changed_at
  FROM (
    SELECT export_id, any(kind) AS of_kind, argMax(toString(state), (state != 'running', version)) AS last, argMax(error, (state != 'running', version)) AS why, argMax(body, (state != 'running', version)) AS last_body,
      argMin(changed_by, version) AS asked_by, min(changed_at) AS began_at, max(changed_at) AS ended_at
    FROM export_file
    WHERE {id:String} = '' OR export_id = {id:String}
    GROUP BY export_id
  )
  UNION ALL
  SELECT operation_id AS id, 'operation' AS source, any(toString(told.kind)) AS kind, any(told.subject) AS subject, argMax(toString(told.state), version) AS state,
    any(told.holder) AS holder, '0' AS lease_expires_ms, '' AS progress, argMax(told.outcome, version) AS outcome, argMax(told.error, version) AS error,
    any(told.asked_by) AS asked_by, min(told.changed_at) AS began_at, max(told.changed_at) AS changed_at
  FROM operation AS told
  WHERE {id:String} = '' OR operation_id = {id:String}
  GROUP BY operation_id
)
WHERE ({state:String} = '' OR state = {state:String})
  AND ({before_ms:Int64} = 0 OR (toUnixTimestamp64Milli(began_at), id) < ({before_ms:Int64}, {before_id:String}))
ORDER BY began_at DESC, id DESC
LIMIT {limit:UInt32}
