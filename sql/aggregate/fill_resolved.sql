-- Adds the whole steps that partial changes came to.
-- Params  none
-- Rows    none
-- Why     from here on a change of tags is a change like any other
INSERT INTO scratch_event
SELECT k, resource, part, usage_type, measure, toInt8(2), t, sequence, source, id, account_id, shape,
  per_ms, toUInt8(0), '', event_ref
FROM scratch_resolved
