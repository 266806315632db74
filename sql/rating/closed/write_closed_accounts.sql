-- Lays out the accounts of payers that have closed a month, each by what stood at that closing.
-- Params  period String           the month that is rated
-- Params  state, former String    as it counts on the statements of which month, and of the one before ('' = of none)
-- Params  as_of UInt64            the last run of all
-- Params  default_currency, default_card, unset_card String   the last: what the setting of the default card was before it was ever made
-- Params  at_present UInt8        1 = at the prices there are now: for previews
-- Rows    none
-- Why     a month of an account is settled by the first closing that held it (settled_account); until one does, it goes with who
--         pays for it now, and is laid out where he has closed the month without it. It is on the statements that he closed no earlier than
--         that, or has not closed: of those before it, nothing of it counts (cut 0). Versions, assignments and prices that were written after
--         the payer closed the month do not count, whatever they say of themselves. Open on the statements of a month is who has not
--         closed it: all counts
INSERT INTO scratch_closed_account
WITH
price_changes AS (
  SELECT DISTINCT 1 AS everyone, changed_at FROM rate_card
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
),
card_settings AS (
  SELECT 1 AS everyone, changed_at, value FROM setting
  WHERE name = 'rating.default.rate.card' AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY changed_at, fence DESC, version DESC LIMIT 1 BY changed_at
),
closings AS (
  SELECT payer_account_id AS closing_payer, min(run_seq) AS close_seq, argMin(closed_period.closed_at, run_seq) AS closed_at,
    countIf(toString(period) >= {former:String}) AS former_closings, minIf(run_seq, toString(period) >= {former:String}) AS former_close,
    countIf(toString(period) >= {state:String}) AS state_closings, minIf(run_seq, toString(period) >= {state:String}) AS state_close
  FROM closed_period
  WHERE toString(closed_period.period) >= {period:String}
  GROUP BY payer_account_id
),
settled AS (
  SELECT account_id, payer, settled_seq FROM settled_account(period = {period:String})
),
owned AS (
  SELECT account_id, payer, settled_seq FROM settled
  UNION ALL
  SELECT account_id, if(payer_account_id = '', account_id, payer_account_id), toUInt64(0) FROM current_account
  WHERE account_id NOT IN (SELECT account_id FROM settled)
),
closed AS (
  SELECT owned.account_id AS account_id, owned.payer AS payer, owned.settled_seq AS settled_seq, closings.*, 1 AS everyone
  FROM owned INNER JOIN closings ON closing_payer = owned.payer
),
judged AS (
  SELECT closed.*, told.account_id != '' AS was_known, told.domain AS domain, told.own_card AS own_card
  FROM closed
  ASOF LEFT JOIN account_over_time AS told ON told.account_id = closed.account_id AND closed.closed_at >= told.changed_at
),
priced AS (
  SELECT judged.*, price_changes.changed_at AS priced_at FROM judged
  ASOF LEFT JOIN price_changes ON price_changes.everyone = judged.everyone AND judged.closed_at >= price_changes.changed_at
),
carded AS (
  SELECT priced.*, card_settings.everyone AS was_set, card_settings.value AS set_card FROM priced
  ASOF LEFT JOIN card_settings ON card_settings.everyone = priced.everyone AND priced.closed_at >= card_settings.changed_at
),
paid AS (
  SELECT carded.*, told.currency AS payer_currency FROM carded
  ASOF LEFT JOIN account_over_time AS told ON told.account_id = carded.payer AND carded.closed_at >= told.changed_at
)
SELECT paid.account_id, paid.payer, if(payer_currency = '', {default_currency:String}, toString(payer_currency)),
  if(was_known, domain, first_domain), if(was_known, own_card, first_card),
  multiIf(was_set = 1, set_card, (SELECT count() FROM card_settings) > 0, {unset_card:String}, {default_card:String}),
  multiIf(
    {at_present:UInt8} = 1 OR (SELECT count() FROM price_changes) = 0 OR priced_at = (SELECT max(changed_at) FROM price_changes), toInt64(0),
    toUnixTimestamp64Milli(priced_at) = 0, toInt64(-1),
    toUnixTimestamp64Milli(priced_at)),
  multiIf({former:String} = '', toUInt64(0), former_closings = 0, greatest({as_of:UInt64}, 1), settled_seq = 0 OR former_close < settled_seq, toUInt64(0), former_close),
  multiIf(state_closings = 0, greatest({as_of:UInt64}, 1), settled_seq = 0 OR state_close < settled_seq, toUInt64(0), state_close)
FROM paid
LEFT JOIN (SELECT account_id, argMin(domain, changed_at) AS first_domain, argMin(own_card, changed_at) AS first_card FROM account_over_time GROUP BY account_id) AS first
  ON first.account_id = paid.account_id
