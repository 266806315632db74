-- A page of accounts with what the page before does not tell: how many there are in all.
-- Params  account_ids Array(String)        empty = all
-- Params  domain String                    '' = any; its accounts, and with recursive 1 those of the domains below it
-- Params  recursive UInt8
-- Params  name, keyword String             '' = any; keyword: in the name, case ignored
-- Params  kinds, states Array(String)      empty = all
-- Params  skip, limit UInt32
-- Rows    account_id, name, kind, domain, state, total UInt64
-- Why     accounts are few beside usage: a page costs reading them once
SELECT account_id, name, toString(kind) AS kind, domain, toString(state) AS state, count() OVER () AS total
FROM current_account
WHERE (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND ({domain:String} = '' OR domain = {domain:String} OR ({recursive:UInt8} = 1 AND startsWith(domain, concat({domain:String}, '/'))))
  AND ({name:String} = '' OR name = {name:String})
  AND ({keyword:String} = '' OR positionCaseInsensitiveUTF8(name, {keyword:String}) > 0)
  AND (empty({kinds:Array(String)}) OR kind IN {kinds:Array(String)})
  AND (empty({states:Array(String)}) OR state IN {states:Array(String)})
ORDER BY account_id
LIMIT {limit:UInt32} OFFSET {skip:UInt32}
