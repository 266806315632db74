-- Lays out the accounts with usage in the range: who pays, in what, by which plan, in which month.
-- Params  as_of UInt64, from_ms, to_ms Int64, default_currency, default_zone, default_card String
-- Params  cards, currencies, timelines, payer_timelines Array(String), starts, ends Array(Int64)   plan i is the i-th of each
-- Rows    none
-- Why     numbered in the order of their ids, so that pricing sorts by a number and writes in the order of the ids
INSERT INTO scratch_rated_account
SELECT toUInt32(row_number() OVER (ORDER BY account_id)), account_id, payer_account_id,
  toUInt32(dense_rank() OVER (ORDER BY payer_account_id)), currency, toUInt32(plan_no),
  fromUnixTimestamp64Milli({starts:Array(Int64)}[plan_no], 'UTC'), fromUnixTimestamp64Milli({ends:Array(Int64)}[plan_no], 'UTC')
FROM (
  SELECT *,
    indexOf(arrayZip({cards:Array(String)}, {currencies:Array(String)}, {timelines:Array(String)}, {payer_timelines:Array(String)}),
      (rate_card_id, currency, timeline, payer_timeline)) AS plan_no
  FROM rated_account(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64},
    default_currency = {default_currency:String}, default_zone = {default_zone:String}, default_card = {default_card:String})
)
