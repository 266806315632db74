-- One row, if the store answers at all.
-- Params  none
-- Rows    answer UInt8
-- Why     readiness asks the store itself, not a flag that was set once
SELECT 1 AS answer
