-- How many accounts a rating run is about.
-- Params  none
-- Rows    accounts UInt64   0 = all
-- Why     none to rate again would otherwise be taken for all
SELECT count() AS accounts FROM scratch_rating_scope
