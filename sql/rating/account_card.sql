-- The cards an account is on in a period, and why.
-- Params  account_id, period, default_card String
-- Rows    rate_card_id, override_card_id, source, domain String
-- Why     the same view that rating reads, so that what is shown is what is billed
SELECT card AS rate_card_id, override_card_id, source, domain
FROM card_of_account(period = {period:String}, default_card = {default_card:String}, frozen = 0)
WHERE account_id = {account_id:String}
