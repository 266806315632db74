-- Empties scratch_due.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one run at a time; what was due in a former one must not be charged again
TRUNCATE TABLE scratch_due
