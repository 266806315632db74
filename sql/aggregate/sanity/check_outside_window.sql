-- Finds records and slices that reach out of their window, or last longer than it.
-- Params  since_run UInt64               windows written by later runs are looked at
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Rows    none
-- Why     what lies outside is counted again by the window it lies in
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'usage-outside-window', 'error', account_id, usage_type, resource, part, concat(toString(shape), ' ', toString(window_end)), window_start,
  toJSONString(map('from', toString(min(from_at)), 'to', toString(max(to_at)), 'duration_ms', toString(max(duration_ms)),
    'window_end', toString(window_end),
    'record', concat('ur_', lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))))))
FROM (
  SELECT account_id, usage_type, resource, part, shape, window_start, window_end, first_at AS from_at, last_at AS to_at, duration_ms
  FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
  UNION ALL
  SELECT account_id, usage_type, resource, part, shape, window_start, window_end, from_at, to_at, toInt64(0)
  FROM fresh_slice(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
)
WHERE from_at < window_start OR to_at > window_end OR duration_ms > dateDiff('millisecond', window_start, window_end)
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end
