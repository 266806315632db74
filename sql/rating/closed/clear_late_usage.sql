-- Empties the runs that a rating run left out.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one month at a time
TRUNCATE TABLE scratch_late_usage
