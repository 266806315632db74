-- Adds what samples of counters came to, each as a point, and the baselines they left behind.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Rows    none
-- Why     a baseline is state for ever: a device that was silent for a year goes on where it was
INSERT INTO scratch_interval
SELECT k, resource, part, usage_type, kind, account_id, shape, sum(toInt128(amount)), any(epoch), t, any(end_t), min(event_ref), if(kind = 3, min(event_ref), toUInt64(0))
FROM (
  SELECT k, resource, part, usage_type, told.1 AS kind, account_id, shape, told.2 AS amount, told.3 AS epoch, t, told.4 AS end_t, event_ref
  FROM counter_sample(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
  ARRAY JOIN arrayConcat(
    if(delta > 0, [(toUInt8(3), delta, '', t + 1)], []),
    if(next_t > t AND ({only_touched:UInt8} != 0 OR next_t = 4611686018427387904), [(toUInt8(9), high, label, next_t)], [])) AS told
  UNION ALL
  SELECT k, resource, part, usage_type, toUInt8(3), toString(account_id), shape, per_ms, '', t, t + 1, event_ref
  FROM scratch_event
  WHERE measure = 3 AND is_delta AND per_ms > 0
)
GROUP BY k, resource, part, usage_type, kind, account_id, shape, t
