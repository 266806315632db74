-- Empties the scratch table of accounts whose own use decides their price.
-- Params  none
-- Rows    none
-- Why     a run lays it out anew
TRUNCATE TABLE scratch_series
