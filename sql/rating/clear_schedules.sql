-- Empties the scratch table of when prices hold.
-- Params  none
-- Rows    none
-- Why     a run lays it out anew
TRUNCATE TABLE scratch_schedule
