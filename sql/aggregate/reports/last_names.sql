-- What some resources were called last.
-- Params  resources Array(String)
-- Params  account_ids Array(String)   whose they are, empty = all
-- Rows    resource String, name String; none of what has no name
-- Why     names are labels, looked up beside. A name of a part (a disk's snapshot) is not the resource's
SELECT resource, argMax(resource_name.name, (resource_name.occurred_at, resource_name.name)) AS name
FROM resource_name
WHERE resource IN {resources:Array(String)}
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND part = ''
GROUP BY resource
ORDER BY resource
