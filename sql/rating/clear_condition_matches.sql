-- Empties scratch_condition_match.
-- Params  none
-- Rows    none
-- Why     what shapes matched in a former run says nothing of this one's conditions
TRUNCATE TABLE scratch_condition_match
