-- What resources of accounts are called, by the latest event that named them.
-- Params  account_ids, resources Array(String)
-- Rows    account_id, resource, part, name
-- Why     names are labels, looked up beside what a page holds
SELECT toString(account_id) AS account_id, resource, part, argMax(resource_name.name, (occurred_at, resource_name.name)) AS name
FROM resource_name
WHERE account_id IN {account_ids:Array(String)} AND resource IN {resources:Array(String)}
GROUP BY account_id, resource, part
