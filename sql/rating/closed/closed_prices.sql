-- Instants whose prices count for some account that closed the month, where others hold by now.
-- Params  none
-- Rows    prices_ms Int64   -1 = there were none yet
-- Why     each of them is read once
SELECT DISTINCT prices_ms FROM scratch_closed_account WHERE prices_ms != 0 ORDER BY prices_ms
