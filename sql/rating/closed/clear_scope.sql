-- Lets a rating run rate all accounts.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one month at a time
TRUNCATE TABLE scratch_rating_scope
