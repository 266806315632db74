-- Usage as CloudStack's API shows it: its own figures, told apart as it tells them apart.

-- raw_usage in hours as CloudStack computes and stores it: the milliseconds as float32, divided by 1000, by 60 and by 60, each
-- quotient rounded to float32 again. Division is in float64 here, which rounds to the same float32. Ends are inclusive
-- there, so ms has one more for each close. 2,700,001 ms are 0.7500002384, not 0.7500002980.
CREATE OR REPLACE FUNCTION cloudstack_hours AS (ms) -> toFloat64(toFloat32(toFloat32(toFloat32(toFloat32(ms) / 1000) / 60) / 60));

-- Events that end a slice of ours and no row of CloudStack's: what only we know, sizes it overwrites in place, an attachment
-- (the volume's own row goes on) and a change of offering that it does not meter.
CREATE OR REPLACE FUNCTION cloudstack_keeps_row AS (type) ->
  startsWith(type, 'tally.') OR type IN ('BACKUP.USAGE.METRIC', 'BUCKET.UPDATE', 'VOLUME.ATTACH', 'VOLUME.CHANGE.DISK.OFFERING');

-- What CloudStack tells apart of a shape: all but tags; alike_unsized leaves the sizes out too.
CREATE OR REPLACE VIEW cloudstack_shape AS
SELECT shape, project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags,
  reinterpretAsUInt128(sipHash128(project_id, zone, offering, template, resource_type, vm, details)) AS alike_unsized,
  reinterpretAsUInt128(sipHash128(alike_unsized, size, virtual_size)) AS alike
FROM shape;

-- Rows of usage that the API lists: of windows that lie wholly in [from_ms, to_ms), no hidden addresses. Empty lists and '' = all.
-- resources, parts, vm and offering are what a usage id is looked up by.
CREATE OR REPLACE VIEW cloudstack_usage AS
SELECT usage.run_seq AS run_seq, usage.sign AS sign, usage.account_id AS account_id, usage.window_start AS window_start, usage.window_end AS window_end,
  usage.k AS k, usage.usage_type AS usage_type, usage.resource AS resource, usage.part AS part, usage.shape AS shape,
  usage.quantity AS quantity, usage.duration_ms AS duration_ms, usage.slices AS slices, usage.first_at AS first_at, usage.last_at AS last_at, usage.closed_by AS closed_by
FROM (
  SELECT run_seq, sign, account_id, window_start, window_end, k, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, closed_by
  FROM usage_record
  WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64})
) AS usage
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND window_end <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
  AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
  AND (empty({parts:Array(String)}) OR part IN {parts:Array(String)})
  AND ({vm:String} = '' OR shape IN (SELECT shape FROM shape WHERE vm = {vm:String}))
  AND ({offering:String} = '' OR shape IN (SELECT shape FROM shape WHERE offering = {offering:String}))
  AND NOT (usage_type = 3 AND shape IN (SELECT shape FROM shape WHERE position(details, '"hidden"') > 0 AND JSONExtractString(details, 'hidden') = 'true'));
