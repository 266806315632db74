-- Keeps the accounts of a rating run with their plan and month.
-- Params  run_seq UInt64, period String
-- Params  cards, timelines Array(String)   of each plan, in the order of their numbers
-- Rows    none
-- Why     scratch goes with the next run; an explanation must say what this one went by
INSERT INTO rating_account (run_seq, period, account_id, plan, rate_card_id, timeline, start_at, end_at, cut_seq)
SELECT {run_seq:UInt64}, {period:String}, rated.account_id, plan, {cards:Array(String)}[plan], {timelines:Array(String)}[plan], start_at, end_at, closed.cut_seq
FROM scratch_rated_account AS rated
LEFT JOIN scratch_closed_account AS closed ON closed.account_id = rated.account_id
