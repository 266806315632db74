-- Lays out from whom each charge is due, and how much of its amount for the days it was on.
-- Params  as_of UInt64, from_ms, to_ms Int64, default_currency, default_zone, default_card String
-- Params  cards, currencies, timelines Array(String)   plan i is the i-th of each
-- Rows    none
-- Why     a day counts when the account was there and the charge valid at some time of it; a part of an amount is rounded half away from
--         zero, a fee to nine decimals as prices are, whatever is held to or spread to what can be paid
INSERT INTO scratch_due
SELECT charge_no, step, scope, if(scope = 'payer', payer_account_id, account_id), payer_account_id,
  if(prorate = 1, intDiv(2 * amount * days + of_days * unit, 2 * of_days * unit) * unit, amount), days, of_days
FROM (
  SELECT *, toUInt16(length(edges) - 1) AS of_days, if(kind = 'flat', toInt256(1), minor) AS unit,
    toUInt16(length(arrayFilter((day_start, day_end) ->
      arrayExists((from_ms, to_ms) -> greatest(from_ms, valid_from_ms, day_start) < least(to_ms, valid_to_ms, day_end), froms, tos),
      arrayPopBack(edges), arrayPopFront(edges)))) AS days
  FROM (
    SELECT account_id, payer_account_id, froms, tos,
      toUInt32(indexOf(arrayZip({cards:Array(String)}, {currencies:Array(String)}, {timelines:Array(String)}), (rate_card_id, currency, timeline))) AS plan_no
    FROM charged_account(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64},
      default_currency = {default_currency:String}, default_zone = {default_zone:String}, default_card = {default_card:String})
  ) AS account
  INNER JOIN scratch_charge AS charge ON charge.plan = plan_no
  WHERE scope = 'account' OR account_id = payer_account_id
)
WHERE days > 0
