-- Finds accounts with usage that name no currency or no time zone of their own, or that nobody has made known.
-- Params  from_ms Int64                  usage since then, Unix ms UTC
-- Rows    none
-- Why     they are billed in what the installation has as its default, which may not be what was agreed
INSERT INTO scratch_finding (check, severity, account_id, usage_type, resource, part, what, at, detail)
SELECT 'account-incomplete', 'info', used.account_id, toUInt16(0), '', '', '', used.first_at,
  toJSONString(map('known', toString(notEmpty(known.account_id)), 'currency', toString(known.currency), 'time_zone', toString(known.time_zone)))
FROM (
  SELECT toString(account_id) AS account_id, min(window_start) AS first_at FROM usage_record
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  GROUP BY account_id
) AS used
LEFT JOIN current_account AS known ON known.account_id = used.account_id
WHERE known.currency = '' OR known.time_zone = ''
