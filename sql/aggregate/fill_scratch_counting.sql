-- Fills scratch_counting: usage types that do not count since the beginning, and from when on they do.
-- Params  registry_version String
-- Params  never_ms Int64                 Unix ms UTC, after all windows
-- Rows    none
-- Why     a run counts nothing of a type before its instant, nor of one its registry does not know: a run that is made again may start
--         from a state that knows types added since
INSERT INTO scratch_counting
SELECT known.usage_type, if(in_force.types = 0, {never_ms:Int64}, in_force.from_ms) AS from_ms
FROM (SELECT DISTINCT usage_type FROM usage_type) AS known
LEFT JOIN (
  SELECT usage_type, max(toUnixTimestamp64Milli(counts_from)) AS from_ms, count() AS types
  FROM usage_type WHERE registry_version = {registry_version:String}
  GROUP BY usage_type
) AS in_force ON in_force.usage_type = known.usage_type
WHERE from_ms > 0
