-- Empties scratch_class_condition.
-- Params  none
-- Rows    none
-- Why     classes are numbered anew by each run
TRUNCATE TABLE scratch_class_condition
