-- Users as they stand, deleted ones too, in the order of their ids.
-- Params  none
-- Rows    user_id, version, account_id, username, email, first_name, last_name, role, time_zone, state, password, domain String, password_ms Int64 (Unix ms UTC)
-- Why     the domain is that of the account as it stands; users of an installation are few and kept in memory for seconds
SELECT
  user_id, u.version AS version, u.account_id AS account_id, username, email, first_name, last_name, role, u.time_zone AS time_zone,
  u.state AS state, password, password_ms, a.domain AS domain
FROM current_access_user AS u
LEFT JOIN current_account AS a ON a.account_id = u.account_id
ORDER BY user_id
