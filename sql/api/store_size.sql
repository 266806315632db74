-- How large the store is.
-- Params  none
-- Rows    rows, bytes, parts UInt64
-- Why     for metrics; many parts are many small inserts that merging has not caught up with
SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts
FROM system.parts
WHERE active AND database = currentDatabase()
