-- Which engine this is.
-- Params  none
-- Rows    version String
-- Why     a backup says what wrote it
SELECT version() AS version
