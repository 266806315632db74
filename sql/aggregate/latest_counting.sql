-- From when on the last usage type counts.
-- Params  none
-- Rows    latest_ms Int64 (Unix ms UTC, 0 = all count since the beginning)
-- Why     what met no event gets whole windows, unless its type begins to count within them; almost every run has no such type
SELECT max(from_ms) AS latest_ms FROM scratch_counting
