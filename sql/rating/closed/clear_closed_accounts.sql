-- Empties what a rating run laid out of accounts that closed the month.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one month at a time
TRUNCATE TABLE scratch_closed_account
