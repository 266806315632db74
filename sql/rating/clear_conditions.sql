-- Empties the conditions a rating run laid out.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one run at a time; a former run's numbers stand for other conditions
TRUNCATE TABLE scratch_condition
