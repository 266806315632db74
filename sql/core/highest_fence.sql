-- The highest number any turn at control data ever had.
-- Params  none
-- Rows    fence UInt64   0 = there was none
-- Why     Redis may forget its counter, and no number may come twice
SELECT max(fence) AS fence
FROM control_turn
