-- The domains that accounts name, and how many active accounts name each.
-- Params  none
-- Rows    path String, active UInt64
-- Why     a domain that only labels tell of exists too
SELECT domain AS path, countIf(state = 'active') AS active
FROM current_account
WHERE domain != ''
GROUP BY path
ORDER BY path
