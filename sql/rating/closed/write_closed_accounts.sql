-- Lays out the accounts of payers that have closed a month, each by what stood at that closing.
-- Params  period String           the month that is rated
-- Params  state, former String    as it counts on the statements of which month, and of the one before ('' = of none)
-- Params  as_of UInt64            the last run of all
-- Params  default_currency, default_card, unset_card String   the last: what the setting of the default card was before it was ever made
-- Params  at_present UInt8        1 = at the prices there are now: for previews
-- Rows    none
-- Why     the closing that counts is the first one of who paid for the account then: an account that later came to another payer is put
--         under his closings, too, and they say nothing of what was billed. Versions, assignments and prices that were written after the
--         closing do not count, whatever they say of themselves. Open on the statements of a month is who has not closed it: all counts
INSERT INTO scratch_closed_account
WITH
told AS (
  SELECT account_id, changed_at, domain, if(payer_account_id = '', account_id, payer_account_id) AS payer, currency, toString(rate_card_id) AS own_card
  FROM account
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY account_id, changed_at, fence DESC, version DESC LIMIT 1 BY account_id, changed_at
),
price_changes AS (
  SELECT DISTINCT 1 AS everyone, changed_at FROM rate_card
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
),
card_settings AS (
  SELECT 1 AS everyone, changed_at, value FROM setting
  WHERE name = 'rating.default.rate.card' AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY changed_at, fence DESC, version DESC LIMIT 1 BY changed_at
),
judged AS (
  SELECT closing.account_id AS account_id, closing.payer_account_id AS payer, closing.run_seq AS close_seq, closing.closed_at AS closed_at,
    told.account_id != '' AS was_known, told.domain AS domain, told.own_card AS own_card,
    was_known AND told.payer != closing.payer_account_id AS is_stranger
  FROM (SELECT DISTINCT account_id, payer_account_id, run_seq, closed_at FROM closed_period WHERE toString(closed_period.period) >= {period:String}) AS closing
  ASOF LEFT JOIN told ON told.account_id = closing.account_id AND closing.closed_at >= told.changed_at
),
chosen AS (
  SELECT *, 1 AS everyone FROM judged ORDER BY account_id, is_stranger, close_seq LIMIT 1 BY account_id
),
priced AS (
  SELECT chosen.*, price_changes.changed_at AS priced_at FROM chosen
  ASOF LEFT JOIN price_changes ON price_changes.everyone = chosen.everyone AND chosen.closed_at >= price_changes.changed_at
),
carded AS (
  SELECT priced.*, card_settings.everyone AS was_set, card_settings.value AS set_card FROM priced
  ASOF LEFT JOIN card_settings ON card_settings.everyone = priced.everyone AND priced.closed_at >= card_settings.changed_at
),
paid AS (
  SELECT carded.*, told.currency AS payer_currency FROM carded
  ASOF LEFT JOIN told ON told.account_id = carded.payer AND carded.closed_at >= told.changed_at
)
SELECT paid.account_id, paid.payer, if(payer_currency = '', {default_currency:String}, toString(payer_currency)),
  if(was_known, domain, first_domain), if(was_known, own_card, first_card),
  multiIf(was_set = 1, set_card, (SELECT count() FROM card_settings) > 0, {unset_card:String}, {default_card:String}),
  multiIf(
    {at_present:UInt8} = 1 OR (SELECT count() FROM price_changes) = 0 OR priced_at = (SELECT max(changed_at) FROM price_changes), toInt64(0),
    toUnixTimestamp64Milli(priced_at) = 0, toInt64(-1),
    toUnixTimestamp64Milli(priced_at)),
  multiIf({former:String} = '', toUInt64(0), {former:String} = {period:String}, close_seq, former_closings = 0, {as_of:UInt64}, former_close),
  multiIf({state:String} = {period:String}, close_seq, state_closings = 0, {as_of:UInt64}, state_close)
FROM paid
LEFT JOIN (SELECT account_id, argMin(domain, changed_at) AS first_domain, argMin(own_card, changed_at) AS first_card FROM told GROUP BY account_id) AS first
  ON first.account_id = paid.account_id
LEFT JOIN (
  SELECT payer_account_id, countIf(toString(period) >= {former:String}) AS former_closings, minIf(run_seq, toString(period) >= {former:String}) AS former_close,
    countIf(toString(period) >= {state:String}) AS state_closings, minIf(run_seq, toString(period) >= {state:String}) AS state_close
  FROM closed_period GROUP BY payer_account_id
) AS closings ON closings.payer_account_id = paid.payer
