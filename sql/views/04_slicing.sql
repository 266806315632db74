-- From intervals to records. edges: sorted Unix ms; window i is [edges[i], edges[i + 1]). zone: the windows' zone;
-- run_seq: the run that asks. capacity_types: usage types whose quantity is duration x size.

CREATE OR REPLACE VIEW zone_of_account AS
SELECT account_id, argMax(account_zone.time_zone, account_zone.run_seq) AS time_zone FROM account_zone
WHERE account_zone.run_seq = {run_seq:UInt64} OR account_zone.run_seq IN (SELECT run_seq FROM published_run)
GROUP BY account_id;

-- Accounts whose windows are cut in a zone, as the run fixed it when it began: a change while it goes on is the next run's.
CREATE OR REPLACE VIEW account_of_zone AS
SELECT account_id FROM zone_of_account(run_seq = {run_seq:UInt64}) WHERE time_zone = {zone:String};

-- The part of each touched interval inside each window of the zone. closed_by is 0 where the slice runs to its window's
-- end: a close on the edge belongs to the next window, so that windows computed apart and together say the same.
CREATE OR REPLACE VIEW window_slice AS
SELECT account_id, usage_type, resource, part, shape, opened_ms, opened_by,
  reinterpretAsUInt128(sipHash128(account_id, usage_type, resource, part, shape, start_ms)) AS record_hash,
  {edges:Array(Int64)}[w] AS start_ms,
  {edges:Array(Int64)}[w + 1] AS end_ms,
  greatest(from_ms, start_ms) AS slice_from_ms,
  least(to_ms, end_ms) AS slice_to_ms,
  if(to_ms < end_ms, closed_by, toUInt64(0)) AS slice_closed_by,
  slice_to_ms - slice_from_ms AS slice_ms,
  if(usage_type IN {capacity_types:Array(UInt16)}, toInt256(slice_ms) * greatest(size, 0), toInt256(slice_ms)) AS slice_quantity
FROM (
  SELECT *,
    toUInt32(transform(roundDown(greatest(from_ms, {edges:Array(Int64)}[1]), {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS first_w,
    toUInt32(transform(roundDown(least(to_ms, {edges:Array(Int64)}[-1]) - 1, {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS last_w
  FROM scratch_interval
  WHERE from_ms < {edges:Array(Int64)}[-1] AND to_ms > {edges:Array(Int64)}[1]
    AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, run_seq = {run_seq:UInt64}))
)
ARRAY JOIN range(first_w, last_w + 1) AS w;

-- One row per (account_id, usage_type, resource, part, shape, window) of the touched resources.
CREATE OR REPLACE VIEW touched_record AS
SELECT account_id, start_ms, end_ms, usage_type, resource, part, shape,
  sum(slice_quantity) AS quantity,
  sum(slice_ms) AS duration_ms,
  toInt32(count()) AS slices,
  min(slice_from_ms) AS first_ms,
  max(slice_to_ms) AS last_ms,
  argMin(opened_ms, slice_from_ms) AS opened_ms,
  argMin(opened_by, slice_from_ms) AS opened_by,
  argMax(slice_closed_by, slice_to_ms) AS closed_by
FROM window_slice(edges = {edges:Array(Int64)}, zone = {zone:String}, run_seq = {run_seq:UInt64}, capacity_types = {capacity_types:Array(UInt16)})
GROUP BY account_id, usage_type, resource, part, shape, start_ms, end_ms;

-- What was open at the checkpoint and met no event since: a whole window each, no sorting, no grouping.
CREATE OR REPLACE VIEW untouched_state AS
SELECT * FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, run_seq = {run_seq:UInt64}, touched_by = 0)
WHERE k NOT IN (
  SELECT k FROM metered_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
    bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)},
    registry_version = {registry_version:String}, touched_by = 0)
);
