-- Empties the accounts a rating run laid out.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one run at a time; what a former one left must not be priced again
TRUNCATE TABLE scratch_rated_account
