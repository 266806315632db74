-- What all accounts that can be charged have in common: cards, currency, zones over time.
-- Params  as_of UInt64, from_ms, to_ms Int64                        usage that counts
-- Params  default_currency, default_zone, default_card String      of accounts that name none
-- Rows    rate_card_id, currency, timeline String
-- Why     an account that used nothing may owe a fee all the same
SELECT DISTINCT rate_card_id, currency, timeline
FROM charged_account(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64},
  default_currency = {default_currency:String}, default_zone = {default_zone:String}, default_card = {default_card:String})
ORDER BY rate_card_id, currency, timeline
