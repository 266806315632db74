-- What accounts with usage in the range have in common: rate card, currency, zones over time, the payer's zones.
-- Params  as_of UInt64, from_ms, to_ms Int64                        usage that counts
-- Params  default_currency, default_zone, default_card String      of accounts that name none
-- Rows    rate_card_id, currency, timeline, payer_timeline String
-- Why     months and prices differ by these alone, so they are worked out once for each, not per account
SELECT DISTINCT rate_card_id, currency, timeline, payer_timeline
FROM rated_account(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64},
  default_currency = {default_currency:String}, default_zone = {default_zone:String}, default_card = {default_card:String})
ORDER BY rate_card_id, currency, timeline, payer_timeline
