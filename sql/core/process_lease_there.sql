-- Whether this store has the table of process leases.
-- Params  none
-- Rows    tables UInt64   0 = nobody has ever laid the schema that has it
-- Why     who starts looks for others before it lays the schema, and an empty store has no table to look in
SELECT count() AS tables
FROM system.tables
WHERE database = currentDatabase() AND name = 'process_lease'
