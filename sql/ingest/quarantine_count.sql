-- How many refused messages wait for somebody.
-- Params  none
-- Rows    open UInt64
-- Why     shown as a metric; a message that was replayed and accepted waits no longer
SELECT count() AS open FROM (SELECT quarantine_id FROM quarantine GROUP BY quarantine_id HAVING max(replayed_at) = 0)
