-- The zones that anything metered was in.
-- Params  none
-- Rows    zone String
-- Why     a zone is known by the events of what runs in it, also where the catalogue has none
SELECT DISTINCT toString(zone) AS zone FROM shape WHERE zone != '' ORDER BY zone
