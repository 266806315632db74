-- An inventory as it was taken in.
-- Params  inventory_id String
-- Rows    inventory_id, source, account_id, counts, made_by String, complete_for Array(UInt16), listed UInt64, at_ms, made_ms Int64 (Unix ms UTC)
-- Why     its report says what it was set against
SELECT inventory_id, source, account_id, counts, made_by, complete_for, listed,
  toUnixTimestamp64Milli(at) AS at_ms, toUnixTimestamp64Milli(made_at) AS made_ms
FROM inventory
WHERE inventory_id = {inventory_id:String}
LIMIT 1
