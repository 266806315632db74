-- Finds samples of cumulative counters that are below the one before.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8             see sql/views/02_metering.sql
-- Rows    none
-- Why     without epochs that is taken for a reset and charged from 0; within one epoch it cannot be, and is charged nothing
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT if(label != '' AND label = former_label, 'counter-drop-in-epoch', 'counter-backwards'), if(label != '' AND label = former_label, 'warning', 'info'),
  account_id, usage_type, resource, part, concat(source, ' ', id), fromUnixTimestamp64Milli(t, 'UTC'),
  toJSONString(map('source', source, 'id', id, 'value', toString(value), 'former_value', toString(former_value), 'epoch', label))
FROM (
  SELECT toString(account_id) AS account_id, usage_type, resource, part, source, id, t, rank, label, per_ms AS value,
    lagInFrame(label, 1, '') OVER told AS former_label, lagInFrame(per_ms, 1, toInt64(-1)) OVER told AS former_value
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
  WHERE measure = 3 AND NOT is_delta
  WINDOW told AS (PARTITION BY k, resource, part, usage_type ORDER BY t, transition.rank, sequenced_by, sequence, source, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
WHERE rank > 0 AND value < former_value AND (label = former_label OR label = '' OR former_label = '')
