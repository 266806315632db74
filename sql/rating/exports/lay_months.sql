-- Lays out the months of accounts for an export.
-- Params  export_id, default_zone String   whose lines are laid out; zone of accounts that name none
-- Params  months String                    JSON [{timeline, month, from_ms, to_ms}], as the program works them out
-- Rows    none
-- Why     a month is a local one, and only the program knows calendars
INSERT INTO scratch_export_month (export_id, account_id, name, month, starts, ends)
SELECT {export_id:String}, account.account_id, account.name, span.2, fromUnixTimestamp64Milli(span.3, 'UTC'), fromUnixTimestamp64Milli(span.4, 'UTC')
FROM account_timeline(export_id = {export_id:String}, default_zone = {default_zone:String}) AS account
INNER JOIN (
  SELECT arrayJoin(JSONExtract({months:String}, 'Array(Tuple(timeline String, month String, from_ms Int64, to_ms Int64))')) AS span
) AS month ON span.1 = account.timeline
