-- What a rating run stands on besides tariffs and settings, in brief.
-- Params  none
-- Rows    as_of UInt64, accounts, engine String
-- Why     of accounts all versions, since fees are for the days on which an account was there; the same answer twice means the same bills, so there is nothing to do (P12)
SELECT
  (SELECT max(run_seq) FROM published_run WHERE kind = 'aggregate') AS as_of,
  (SELECT lower(hex(sum(sipHash64(account_id, version, kind, payer_account_id, currency, time_zone, rate_card_id, state, changed_at)))) FROM account
    WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)) AS accounts,
  version() AS engine
