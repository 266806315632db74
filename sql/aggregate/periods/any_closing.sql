-- How many rows tell of closings of periods.
-- Params  none
-- Rows    closings UInt64
-- Why     until a first period is closed no account can lie outside its payer's closings, and looking for some takes ten times as long
SELECT count() AS closings FROM period_close
