-- Tables whose rows are on the disk, for a copy of all of them as of one instant.
-- Params  none
-- Rows    table String
-- Why     what is in memory alone is scratch, and views are laid anew at each start
SELECT name AS table
FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree'
ORDER BY table
