-- Whether any usage was published yet; one row.
-- Params  none
-- Rows    published UInt8
-- Why     windows, zones and currencies that published usage stands on cannot be exchanged under it
SELECT count() > 0 AS published
FROM (SELECT 1 FROM usage_record WHERE run_seq IN (SELECT run_seq FROM published_run) LIMIT 1)
