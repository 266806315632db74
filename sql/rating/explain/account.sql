-- What an account was rated by in a run: its plan, cards and month.
-- Params  period String, run_seq UInt64, account_id String
-- Rows    plan UInt32, rate_card_id, timeline String, start_ms, end_ms Int64, cut_seq UInt64
-- Why     units such as the month, bands and cuts are of this month, in these zones
SELECT plan, rate_card_id, timeline, toUnixTimestamp64Milli(start_at) AS start_ms, toUnixTimestamp64Milli(end_at) AS end_ms, cut_seq
FROM rating_account
WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND account_id = {account_id:String}
