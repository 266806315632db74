-- What a rating run stands on besides tariffs and settings, in brief.
-- Params  period String
-- Rows    as_of UInt64, accounts, closed, engine String
-- Why     of accounts all versions, since fees are for the days on which an account was there; how many payers have closed the month, since who
--         has is rated by what stood then, and statements are made final from a rating after it. The same answer twice means the same
--         bills, so there is nothing to do (P12)
SELECT
  (SELECT max(run_seq) FROM published_run WHERE kind = 'aggregate') AS as_of,
  (SELECT lower(hex(sum(sipHash64(account_id, version, kind, payer_account_id, currency, time_zone, rate_card_id, state, changed_at)))) FROM account
    WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)) AS accounts,
  (SELECT toString(uniqExact(payer_account_id)) FROM closed_period WHERE toString(closed_period.period) >= {period:String}) AS closed,
  version() AS engine
