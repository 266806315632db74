-- Finds records of time that count more than their window is long.
-- Params  since_run UInt64               windows written by later runs are looked at
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  registry_version String
-- Rows    none
-- Why     CloudStack's check of raw usage above the range: nothing can run for 25 hours of a day of 24
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'usage-exceeds-window', 'error', account_id, usage_type, resource, part, concat(toString(shape), ' ', toString(window_end)), window_start,
  toJSONString(map('quantity', toString(quantity), 'window_ms', toString(dateDiff('millisecond', window_start, window_end)),
    'record', concat('ur_', lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))))))
FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
WHERE quantity > dateDiff('millisecond', window_start, window_end)
  AND usage_type IN (SELECT usage_type FROM usage_type WHERE registry_version = {registry_version:String} AND measure = 'duration')
