-- How many exports stand how.
-- Params  none
-- Rows    kind, state String, exports UInt64
-- Why     for metrics
SELECT last_kind AS kind, last_state AS state, count() AS exports
FROM
(
    SELECT argMax(kind, version) AS last_kind, argMax(state, version) AS last_state
    FROM export_file
    GROUP BY export_id
)
GROUP BY kind, state
ORDER BY kind, state
