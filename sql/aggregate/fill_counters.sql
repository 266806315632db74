-- Adds what samples of counters came to, each as a point, and the baselines they left behind.
-- Params  from_ms Int64                  checkpoint or the beginning of time, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  only_touched UInt8              see sql/views/02_metering.sql
-- Rows    none
-- Why     a baseline is state for ever: a device that was silent for a year goes on where it was
INSERT INTO scratch_interval
WITH sample AS (
  SELECT * FROM counter_sample(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
)
SELECT k, resource, part, usage_type, toUInt8(3), account_id, shape, sum(toInt128(delta)) AS total, '', t, t + 1, min(event_ref), min(event_ref)
FROM (
  SELECT k, resource, part, usage_type, account_id, shape, t, delta, event_ref FROM sample WHERE delta > 0
  UNION ALL
  SELECT k, resource, part, usage_type, account_id, shape, t, per_ms AS delta, event_ref FROM scratch_event WHERE measure = 3 AND is_delta AND per_ms > 0
)
GROUP BY k, resource, part, usage_type, account_id, shape, t
UNION ALL
SELECT k, resource, part, usage_type, toUInt8(9), account_id, shape, toInt128(high), label, t, next_t, event_ref, toUInt64(0)
FROM sample
WHERE next_t > t AND ({only_touched:UInt8} != 0 OR next_t = 4611686018427387904)
