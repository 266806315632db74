-- How many runs stand in each state.
-- Params  none
-- Rows    kind, state String, runs UInt64
-- Why     metrics count runs by what became of them, whichever process began them
SELECT kind, state, count() AS runs
FROM current_run
GROUP BY kind, state
ORDER BY kind, state
