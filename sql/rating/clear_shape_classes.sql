-- Empties scratch_shape_class.
-- Params  none
-- Rows    none
-- Why     classes are numbered anew by each run
TRUNCATE TABLE scratch_shape_class
