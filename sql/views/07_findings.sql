-- Findings as they stand, and what the sanity checks read usage from.

CREATE OR REPLACE VIEW current_finding AS
SELECT * FROM finding ORDER BY finding_id, version DESC LIMIT 1 BY finding_id;

-- Refused messages, one per content, whether they were taken since or not.
CREATE OR REPLACE VIEW refused_message AS
SELECT quarantine_id, any(entry.raw) AS message, any(entry.source) AS source, any(entry.id) AS id, any(entry.field) AS field,
  any(entry.reason) AS reason, toUnixTimestamp64Milli(max(entry.replayed_at)) != 0 AS replayed, min(entry.first_seen_at) AS seen_at
FROM quarantine AS entry
GROUP BY quarantine_id;

-- Windows that published runs wrote after a former check: the records in them are looked at (again). since_run: the last run it saw.
CREATE OR REPLACE VIEW fresh_window AS
SELECT DISTINCT window_start FROM run_window
WHERE run_seq > {since_run:UInt64} AND run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate');

-- The truth in those windows: one row per record that stands, within a range of k.
CREATE OR REPLACE VIEW fresh_record AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end,
  sum(row.quantity) AS quantity, sum(toInt64(row.duration_ms)) AS duration_ms, sum(toInt64(row.slices)) AS slices,
  argMaxIf(row.first_at, row.run_seq, row.sign = 1) AS first_at, argMaxIf(row.last_at, row.run_seq, row.sign = 1) AS last_at
FROM usage_record AS row
WHERE window_start IN (SELECT window_start FROM fresh_window(since_run = {since_run:UInt64}))
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND row.run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate')
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end
HAVING sum(row.sign) != 0;

-- The slices of the records of several slices in those windows.
CREATE OR REPLACE VIEW fresh_slice AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, from_at, to_at, sum(row.quantity) AS quantity
FROM slice AS row
WHERE window_start IN (SELECT window_start FROM fresh_window(since_run = {since_run:UInt64}))
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND row.run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate')
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, from_at, to_at
HAVING sum(row.sign) != 0;

-- Every stretch in which a resource was used in those windows, records of one slice and of several alike; points have none.
CREATE OR REPLACE VIEW fresh_stretch AS
SELECT account_id, usage_type, resource, part, window_start, first_at AS from_at, last_at AS to_at
FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
WHERE slices = 1 AND duration_ms > 0
UNION ALL
SELECT account_id, usage_type, resource, part, window_start, from_at, to_at
FROM fresh_slice(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
WHERE (account_id, usage_type, resource, part, shape, window_start) IN (
  SELECT account_id, usage_type, resource, part, shape, window_start
  FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
  WHERE slices > 1 AND duration_ms > 0
);

-- Stories of duration and capacity folded as in view interval (02), each step with what was held before it and whether it turned
-- anything: what that view leaves away is what the checks look for. Steps of the state itself are no events and left out.
CREATE OR REPLACE VIEW told_step AS
WITH
stories AS (
  SELECT any(step.k) AS k, resource, part, usage_type,
    arraySort(groupArray((t, rank, sequenced_by, sequence, effect, source, id, CAST(account_id, 'String'), shape, per_ms, event_ref))) AS steps
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS step
  WHERE step.measure <= 1
  GROUP BY resource, part, usage_type
),
folded AS (
  SELECT k, resource, part, usage_type, steps,
    arrayFold((held, step) -> multiIf(
        step.5 = 0 AND held.1 = 1 AND held.2 = step.8, (toUInt8(0), step.8, step.9, arrayPushBack(held.4, (toUInt8(1), held.1))),
        step.5 = 0 OR (step.5 = 2 AND held.1 = 0) OR (held.1 = 1 AND held.2 = step.8 AND held.3 = step.9), (held.1, held.2, held.3, arrayPushBack(held.4, (toUInt8(0), held.1))),
        (toUInt8(1), step.8, step.9, arrayPushBack(held.4, (toUInt8(1), held.1)))),
      steps, (toUInt8(0), '', toUInt128(0), CAST([], 'Array(Tuple(UInt8, UInt8))'))).4 AS turns
  FROM stories
)
SELECT k, resource, part, usage_type, step.1 AS t, step.5 AS effect, step.6 AS source, step.7 AS id, step.8 AS account_id,
  step.11 AS event_ref, turn.1 AS turned, turn.2 AS was_open
FROM folded
ARRAY JOIN steps AS step, turns AS turn
WHERE step.2 > 0;
