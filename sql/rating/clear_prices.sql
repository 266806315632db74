-- Empties the prices a rating run laid out.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one run at a time; a former run's prices must not match
TRUNCATE TABLE scratch_price
