-- How many of an inventory's proposals stand where.
-- Params  inventory_id String
-- Rows    state String, proposals UInt64
-- Why     a report of 100,000 resources begins with what is left to decide
SELECT toString(state) AS state, count() AS proposals
FROM inventory_proposal FINAL
WHERE inventory_id = {inventory_id:String}
GROUP BY state
ORDER BY state
