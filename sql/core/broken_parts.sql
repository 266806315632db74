-- Tables of which the engine set parts aside that it could not read when it began.
-- Params  none
-- Rows    table String, parts UInt64
-- Why     rows may be missing, and only whoever runs this can look for them or bring a backup back
SELECT table, count() AS parts
FROM system.detached_parts
WHERE database = currentDatabase() AND reason IN ('broken', 'broken-on-start')
GROUP BY table
ORDER BY table
