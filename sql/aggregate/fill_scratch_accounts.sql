-- Fills scratch_account with the calendars each account is in, from when to when.
-- Params  run_seq UInt64
-- Params  timelines, calendars Array(String), from_ms, to_ms Array(Int64)   one entry for each stay of a timeline, half-open, Unix ms UTC
-- Rows    none
-- Why     who is where is fixed once, and is the same for every statement of the run
INSERT INTO scratch_account
SELECT fixed.account_id, stay.calendar, stay.since_ms, stay.until_ms
FROM zone_of_account(run_seq = {run_seq:UInt64}) AS fixed
INNER JOIN (
  SELECT timeline, calendar, since_ms, until_ms
  FROM (SELECT {timelines:Array(String)} AS timeline, {calendars:Array(String)} AS calendar, {from_ms:Array(Int64)} AS since_ms, {to_ms:Array(Int64)} AS until_ms)
  ARRAY JOIN timeline, calendar, since_ms, until_ms
) AS stay ON stay.timeline = fixed.timeline
