-- The prices of a usage type that an account's use could meet in a run, with what they cost that account.
-- Params  period String, run_seq UInt64, plan UInt32, usage_type UInt16, account_id String
-- Params  price_nos Array(UInt32)   empty = all
-- Params  limit UInt32
-- Rows    price_no, tariff (JSON), unit_base, pooled, tiers, labels, cuts, curve_tiers, lows, highs, rates, step_base, denominator
-- Why     an account's own curve, where it has one, comes before everybody's
SELECT price.price_no AS price_no, tariff, toString(unit_base) AS unit_base, pooled, price.tiers AS tiers, labels,
  arrayMap(at -> toString(at), cuts) AS cuts, curve.tiers AS curve_tiers,
  arrayMap(at -> toString(at), lows) AS lows, arrayMap(at -> toString(at), highs) AS highs, arrayMap(rate -> toString(rate), rates) AS rates,
  toString(step_base) AS step_base, toString(denominator) AS denominator
FROM (
  SELECT * FROM rating_price
  WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND plan = {plan:UInt32} AND usage_type = {usage_type:UInt16}
    AND (empty({price_nos:Array(UInt32)}) OR price_no IN {price_nos:Array(UInt32)})
  ORDER BY price_no
  LIMIT {limit:UInt32}
) AS price
INNER JOIN (
  SELECT * FROM rating_curve
  WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND account_id IN ('', {account_id:String})
    AND price_no IN (
      SELECT price_no FROM rating_price
      WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND plan = {plan:UInt32} AND usage_type = {usage_type:UInt16}
        AND (empty({price_nos:Array(UInt32)}) OR price_no IN {price_nos:Array(UInt32)})
    )
  ORDER BY price_no, account_id DESC
  LIMIT 1 BY price_no
) AS curve ON curve.price_no = price.price_no
ORDER BY price_no
