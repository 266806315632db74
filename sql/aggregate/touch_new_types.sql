-- Notes the resources with events that usage types are measured from which published windows do not know.
-- Params  run_seq UInt64, registry_version String
-- Params  usage_types Array(UInt16), from_ms Array(Int64)   the types and, in the same order, from when on each counts, Unix ms UTC
-- Rows    none
-- Why     what is open since long before counts as well from then on, so all events count, whenever they happened
INSERT INTO run_touched
SELECT {run_seq:UInt64}, event.k, fromUnixTimestamp64Milli(min(measured.since_ms), 'UTC')
FROM event
INNER JOIN (
  SELECT event_type, min(transform(usage_type, {usage_types:Array(UInt16)}, {from_ms:Array(Int64)}, toInt64(0))) AS since_ms
  FROM usage_type_effect
  WHERE registry_version = {registry_version:String} AND usage_type IN {usage_types:Array(UInt16)}
  GROUP BY event_type
) AS measured ON measured.event_type = toString(event.type)
GROUP BY event.k
