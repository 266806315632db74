-- Fills scratch_event with what the events of a span mean to usage types whose shape is the whole of the event's.
-- Params  from_ms, to_ms Int64           half-open, Unix ms UTC
-- Params  k_from, k_to UInt64            range of k, both ends in
-- Params  bound_partitions Array(UInt32), bound_offsets Array(Int64)   how much of the log counts
-- Params  registry_version String, only_touched UInt8   see sql/views/02_metering.sql
-- Rows    none
-- Why     records, slices, next state and the check all stand on these steps: the events are read once
INSERT INTO scratch_event
SELECT k, resource, part, usage_type, measure, effect, t, sequence, source, id, account_id, shape,
  multiIf(measure = 1, size, measure IN (2, 3, 4, 6, 8) AND effect = 3, reading_values[indexOf(reading_names, reading)], 1) AS per_ms,
  counter = 'delta' AS is_delta, epoch AS label, event_ref
FROM counted_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, only_touched = {only_touched:UInt8}) AS event
INNER JOIN (
  SELECT * FROM metering_rule(registry_version = {registry_version:String}) WHERE masked = 0
) AS rule ON rule.event_type = event.type
WHERE NOT (measure IN (2, 3, 4, 6, 8) AND effect = 3) OR has(reading_names, reading)
