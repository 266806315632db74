-- When a run of each kind was last published, and how long it had taken.
-- Params  none
-- Rows    kind String, published_ms, took_ms Int64
-- Why     for metrics; a run that was tried out publishes nothing
SELECT
    kind,
    toUnixTimestamp64Milli(max(changed_at)) AS published_ms,
    argMax(dateDiff('millisecond', began_at, changed_at), changed_at) AS took_ms
FROM current_run
WHERE state = 'published' AND dry_run = 0
GROUP BY kind
ORDER BY kind
