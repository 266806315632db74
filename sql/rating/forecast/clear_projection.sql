-- Empties scratch_projection.
-- Params  none
-- Rows    none
-- Why     a run rates what is published alone, unless it says otherwise
TRUNCATE TABLE scratch_projection
