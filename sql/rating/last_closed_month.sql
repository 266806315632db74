-- The last month that is closed for one of the accounts that an assignment reaches, and whose; no row where none has a closed one.
-- Params  kind, id String          an account's id, or a domain's path, which reaches all domains below it
-- Rows    account_id String, period String
-- Why     closing a period closes all before it, so the last one says it all. A closed month goes by the domain its account was in when it
--         was closed, wherever the account is now
WITH
told AS (
  SELECT account_id, changed_at, domain FROM account
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY account_id, changed_at, fence DESC, version DESC LIMIT 1 BY account_id, changed_at
),
closing AS (
  SELECT DISTINCT account_id, toString(closed_period.period) AS period, closed_at FROM closed_period
  WHERE {kind:String} = 'domain' OR account_id = {id:String}
),
placed AS (
  SELECT closing.account_id AS account_id, closing.period AS period, told.account_id != '' AS was_known, told.domain AS domain
  FROM closing
  ASOF LEFT JOIN told ON told.account_id = closing.account_id AND closing.closed_at >= told.changed_at
)
SELECT placed.account_id AS account_id, placed.period AS period
FROM placed
LEFT JOIN (SELECT account_id, argMin(domain, changed_at) AS first_domain FROM told GROUP BY account_id) AS first
  ON first.account_id = placed.account_id
WHERE {kind:String} = 'account' OR if(was_known, placed.domain, first_domain) = {id:String}
  OR startsWith(if(was_known, placed.domain, first_domain), concat({id:String}, '/'))
ORDER BY period DESC, account_id
LIMIT 1
