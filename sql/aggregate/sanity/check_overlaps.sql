-- Finds stretches in which a resource, in one part and usage type, is counted twice.
-- Params  since_run UInt64               windows written by later runs are looked at
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Rows    none
-- Why     an hour belongs to one account in one shape; two accounts, shapes or windows must not both be charged for it
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'usage-overlaps', 'error', account_id, usage_type, resource, part, concat(toString(from_at), ' ', toString(to_at)), window_start,
  toJSONString(map('from', toString(from_at), 'to', toString(to_at), 'counted_to', toString(former_to), 'former_account_id', former_account_id))
FROM (
  SELECT toString(account_id) AS account_id, usage_type, resource, part, window_start, from_at, to_at,
    max(to_at) OVER earlier AS former_to, argMax(toString(account_id), to_at) OVER earlier AS former_account_id, count() OVER earlier AS formers
  FROM fresh_stretch(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
  WINDOW earlier AS (PARTITION BY resource, part, usage_type ORDER BY from_at, to_at, account_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
WHERE formers > 0 AND from_at < former_to
