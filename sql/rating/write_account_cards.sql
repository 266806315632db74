-- Lays out which cards each account is on in a period.
-- Params  period String          month of the account's own
-- Params  default_card String    where nothing is assigned
-- Rows    none
-- Why     worked out once, before accounts are grouped by their cards; accounts that core does not know are on the default one and have no row.
--         Who closed the period stays on the cards, and at the prices, that counted then
INSERT INTO scratch_account_card
SELECT account_id, rate_card_id FROM card_of_account(period = {period:String}, default_card = {default_card:String}, frozen = 0)
WHERE account_id NOT IN (SELECT account_id FROM scratch_closed_account)
UNION ALL
SELECT account_id, if(prices_ms = 0, rate_card_id, concat(rate_card_id, '@', toString(prices_ms)))
FROM card_of_account(period = {period:String}, default_card = {default_card:String}, frozen = 1)
