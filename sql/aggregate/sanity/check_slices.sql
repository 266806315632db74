-- Finds records of several slices whose slices are not as many, or do not add up to them.
-- Params  since_run UInt64               windows written by later runs are looked at
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Rows    none
-- Why     tariff edges are cut on slices, so what they lack is not billed and what they have too much is billed twice
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'slices-differ', 'error', account_id, usage_type, resource, part, concat(toString(shape), ' ', toString(window_end)), window_start,
  toJSONString(map('quantity', toString(sum(told)), 'slices', toString(sum(told_slices)), 'quantity_of_slices', toString(sum(cut)), 'slices_found', toString(sum(cuts)),
    'record', concat('ur_', lower(hex(usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end))))))
FROM (
  SELECT account_id, usage_type, resource, part, shape, window_start, window_end, quantity AS told, slices AS told_slices, toInt256(0) AS cut, toInt64(0) AS cuts
  FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
  WHERE slices != 1
  UNION ALL
  SELECT account_id, usage_type, resource, part, shape, window_start, window_end, toInt256(0), toInt64(0), quantity, toInt64(1)
  FROM fresh_slice(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
)
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end
HAVING sum(told) != sum(cut) OR sum(told_slices) != sum(cuts)
