-- Empties the scratch table of what cumulative quantities cost.
-- Params  none
-- Rows    none
-- Why     a run lays it out anew
TRUNCATE TABLE scratch_curve
