-- Adds what is reported at an instant as points: one per instant, or per value where different ones count.
-- Params  none
-- Rows    none
-- Why     sums, counts, and readings of which a window keeps the greatest or the last, are points: intervals of one millisecond,
--         so that windows and price changes cut them like any other. A last reading of nothing stays: it is what is left of the ones before
INSERT INTO scratch_interval
SELECT k, resource, part, usage_type, measure, account_id, shape,
  multiIf(measure IN (2, 5), sum(toInt128(per_ms)), measure = 6, toInt128(max(per_ms)), measure = 8,
    toInt128(argMax(per_ms, (if(sequence >= 0, 1, 2), if(sequence >= 0, source, ''), sequence, source, id))), toInt128(1)) AS value,
  value_label, t, t + 1, min(event_ref), min(event_ref)
FROM (
  SELECT *, if(measure = 7, label, '') AS value_label FROM scratch_event WHERE measure IN (2, 5, 6, 7, 8)
)
GROUP BY k, resource, part, usage_type, measure, account_id, shape, t, value_label
HAVING value > 0 OR measure = 8
