-- From intervals to records. edges: sorted Unix ms; window i is [edges[i], edges[i + 1]). zone: the windows' zone.

-- The zones of each account over time. timeline: '0 UTC,1796083200000 Asia/Kolkata', from when (Unix ms) in which, 0 = since the
-- beginning; time_zone: the last of them. run_seq: the run that asks, 0 = a reader. Of entries that begin together the one of the
-- latest run counts.
CREATE OR REPLACE VIEW zone_of_account AS
SELECT account_id,
  arraySort(groupArray((toUnixTimestamp64Milli(from_at), account_zone.run_seq, toString(account_zone.time_zone)))) AS entries,
  arrayFilter((entry, next_ms) -> entry.1 != next_ms, entries, arrayPushBack(arrayPopFront(entries.1), toInt64(-1))) AS counting,
  counting.3[-1] AS time_zone,
  counting.1 AS from_ms,
  counting.3 AS zones,
  arrayStringConcat(arrayMap((ms, name) -> concat(toString(ms), ' ', name), from_ms, zones), ',') AS timeline
FROM account_zone
WHERE account_zone.run_seq = {run_seq:UInt64} OR account_zone.run_seq IN (SELECT run_seq FROM published_run)
GROUP BY account_id;

-- Accounts that should be in another zone than the last one fixed, and since when: it was named for the account then, or by the
-- setting for all that name none. move: accounts with the same move together.
CREATE OR REPLACE VIEW moving_account AS
SELECT fixed.account_id AS account_id, fixed.timeline AS timeline, wish.wanted AS wanted,
  greatest(wish.named_ms, if(wish.named = '', {default_since_ms:Int64}, toInt64(0))) AS since_ms,
  concat(timeline, '>', wanted, '@', toString(since_ms)) AS move
FROM (
  SELECT account_id, if(named = '', {default_zone:String}, named) AS wanted,
    arrayReverseSort(groupArray(((fence, version), toString(account.time_zone), toUnixTimestamp64Milli(changed_at)))) AS versions,
    versions[1].2 AS named,
    arrayFirstIndex(told -> told.2 != named, versions) AS other,
    versions[if(other = 0, length(versions), other - 1)].3 AS named_ms
  FROM account
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  GROUP BY account_id
) AS wish
INNER JOIN zone_of_account(run_seq = {run_seq:UInt64}) AS fixed ON fixed.account_id = wish.account_id
WHERE fixed.time_zone != wish.wanted;

-- Accounts whose windows are cut in a zone from an instant on, as the run fixed it when it began: a change while it goes on is
-- the next run's. Windows that are computed in one go are cut where an account comes or goes, so one instant tells for all.
CREATE OR REPLACE VIEW account_of_zone AS
SELECT account_id FROM scratch_account WHERE zone = {zone:String} AND from_ms <= {at_ms:Int64} AND to_ms > {at_ms:Int64};

-- Intervals as far as they count: a usage type that was added late counts from an instant on (scratch_counting). The state is
-- written from scratch_interval itself, which knows them whole. opened_ms: when they began in truth.
CREATE OR REPLACE VIEW counting_interval AS
SELECT k, resource, part, interval.usage_type AS usage_type, measure, account_id, shape, per_ms, label,
  greatest(interval.from_ms, counting.from_ms) AS from_ms, to_ms, interval.from_ms AS opened_ms, opened_by, closed_by
FROM scratch_interval AS interval
LEFT ANY JOIN scratch_counting AS counting ON counting.usage_type = interval.usage_type
WHERE to_ms > greatest(interval.from_ms, counting.from_ms);

-- Touched intervals with the windows they reach into: window i of edges for i in [first_w, last_w], wholly covered those in
-- [whole_w, open_w).
CREATE OR REPLACE VIEW placed_interval AS
SELECT *,
  toUInt32(transform(roundDown(greatest(from_ms, {edges:Array(Int64)}[1]), {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS first_w,
  toUInt32(transform(roundDown(least(to_ms, {edges:Array(Int64)}[-1]) - 1, {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS last_w,
  if(from_ms <= {edges:Array(Int64)}[first_w], first_w, first_w + 1) AS whole_w,
  greatest(whole_w, if(to_ms >= {edges:Array(Int64)}[last_w + 1], last_w + 1, last_w)) AS open_w
FROM counting_interval
WHERE measure != 9 AND from_ms < {edges:Array(Int64)}[-1] AND to_ms > {edges:Array(Int64)}[1]
  AND account_id IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {edges:Array(Int64)}[1]));

-- The part of each touched interval inside the windows it does not cover: the first and the last at most. closed_by is 0 where
-- it runs to its window's end: a close on the edge belongs to the next window, so that windows computed apart and together say
-- the same. Only these can share a window with another slice of their record.
CREATE OR REPLACE VIEW partial_slice AS
SELECT account_id, usage_type, measure, resource, part, shape, label, per_ms, opened_ms, opened_by,
  {edges:Array(Int64)}[w] AS start_ms,
  {edges:Array(Int64)}[w + 1] AS end_ms,
  greatest(from_ms, start_ms) AS slice_from_ms,
  least(to_ms, end_ms) AS slice_to_ms,
  if(to_ms < end_ms, closed_by, toUInt64(0)) AS slice_closed_by,
  slice_to_ms - slice_from_ms AS slice_ms,
  toInt256(slice_ms) * per_ms AS slice_quantity
FROM placed_interval(edges = {edges:Array(Int64)}, zone = {zone:String})
ARRAY JOIN arrayFilter(at -> at < whole_w OR at >= open_w, if(first_w = last_w, [first_w], [first_w, last_w])) AS w;

-- One row per (account_id, usage_type, resource, part, shape, window) of the touched resources: windows that an interval covers
-- are records as they are, the others are summed. Points have no duration.
CREATE OR REPLACE VIEW touched_record AS
SELECT account_id, {edges:Array(Int64)}[w] AS start_ms, {edges:Array(Int64)}[w + 1] AS end_ms, usage_type, resource, part, shape,
  toInt256(end_ms - start_ms) * per_ms AS quantity, end_ms - start_ms AS duration_ms, toInt32(1) AS slices,
  start_ms AS first_ms, end_ms AS last_ms, opened_ms, opened_by, toUInt64(0) AS closed_by
FROM placed_interval(edges = {edges:Array(Int64)}, zone = {zone:String})
ARRAY JOIN range(whole_w, open_w) AS w
WHERE measure <= 5
UNION ALL
SELECT account_id, start_ms, end_ms, usage_type, resource, part, shape,
  sum(slice_quantity) AS quantity,
  sum(if(measure IN (0, 1, 4), slice_ms, 0)) AS duration_ms,
  toInt32(count()) AS slices,
  min(slice_from_ms) AS first_ms,
  max(slice_to_ms) AS last_ms,
  argMin(opened_ms, slice_from_ms) AS opened_ms,
  argMin(opened_by, slice_from_ms) AS opened_by,
  argMax(slice_closed_by, slice_to_ms) AS closed_by
FROM partial_slice(edges = {edges:Array(Int64)}, zone = {zone:String})
WHERE measure <= 5
GROUP BY account_id, usage_type, resource, part, shape, start_ms, end_ms;

-- The same of readings of which a window keeps the greatest or the last, and of values of which it counts the different ones: one
-- slice, at the instant that decided.
CREATE OR REPLACE VIEW touched_extreme AS
SELECT account_id, start_ms, end_ms, usage_type, resource, part, shape,
  multiIf(any(measure) = 6, toInt256(max(per_ms)), any(measure) = 8, toInt256(argMax(per_ms, slice_from_ms)), toInt256(uniqExact(label))) AS quantity,
  toInt64(0) AS duration_ms,
  toInt32(1) AS slices,
  multiIf(any(measure) = 6, -max((per_ms, -slice_from_ms)).2, any(measure) = 8, max(slice_from_ms), min(slice_from_ms)) AS first_ms,
  first_ms + 1 AS last_ms,
  first_ms AS opened_ms,
  multiIf(any(measure) = 6, argMax(opened_by, (per_ms, -slice_from_ms)), any(measure) = 8, argMax(opened_by, slice_from_ms), argMin(opened_by, (slice_from_ms, opened_by))) AS opened_by,
  opened_by AS closed_by
FROM partial_slice(edges = {edges:Array(Int64)}, zone = {zone:String})
WHERE measure IN (6, 7, 8)
GROUP BY account_id, usage_type, resource, part, shape, start_ms, end_ms
HAVING quantity > 0;

-- What was open at the checkpoint and met no event since: a whole window each, no sorting, no grouping. (Gauges are not asked
-- for here: their readings run out by themselves.)
CREATE OR REPLACE VIEW untouched_state AS
SELECT * FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = 0)
WHERE measure != 4 AND k NOT IN (SELECT k FROM scratch_event);
