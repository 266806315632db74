-- What a rating run stands on besides tariffs and settings, in brief.
-- Params  none
-- Rows    as_of UInt64, accounts, engine String
-- Why     the same answer twice means the same bills, so there is nothing to do (P12)
SELECT
  (SELECT max(run_seq) FROM published_run WHERE kind = 'aggregate') AS as_of,
  (SELECT lower(hex(sum(sipHash64(account_id, kind, payer_account_id, currency, time_zone, rate_card_id)))) FROM current_account) AS accounts,
  version() AS engine
