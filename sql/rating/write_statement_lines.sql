-- Statement lines of a rating run: per payer one line per account x tariff x tier, and one per account x usage type that no tariff prices.
-- Params  run_seq UInt64, period String
-- Params  type_ids Array(UInt16), type_names Array(String)            usage types; base_units: what unrated use is counted in
-- Params  base_units Array(String)
-- Params  currency_codes Array(String), minor_steps Array(Int64)      one minor unit in 10^-9 of each currency
-- Rows    none
-- Why     rounded to the minor unit half away from zero, on integers; each line keeps its own rounding, nothing is lost (design 7.2).
--         What was used for no time or no bytes is no line.
INSERT INTO statement_line (run_seq, period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component, tier,
  description, quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records)
SELECT {run_seq:UInt64}, {period:String}, payer_account_id, currency,
  toUInt32(row_number() OVER (PARTITION BY payer_account_id ORDER BY account_id, usage_type, component, tariff_id, tariff_version, tier)) AS line,
  account_id, if(tariff_id = '', 'unrated', 'usage') AS kind, usage_type, tariff_id, tariff_version, component, tier,
  concat(
    transform(usage_type, {type_ids:Array(UInt16)}, {type_names:Array(String)}, toString(usage_type)), ' · ',
    if(tariff_id = '', 'no tariff', name),
    if(label = '', '', concat(' · ', label))) AS description,
  used, if(tariff_id = '', transform(usage_type, {type_ids:Array(UInt16)}, {base_units:Array(String)}, ''), toString(price_unit)) AS line_unit, unit_base,
  reinterpret(accurateCast(tier_rate, 'Int128'), 'Decimal(38, 12)') AS unit_price,
  reinterpret(accurateCast(exact, 'Int128'), 'Decimal(38, 9)') AS exact_amount,
  reinterpret(accurateCast(rounded, 'Int128'), 'Decimal(38, 9)') AS rounded_amount,
  reinterpret(accurateCast(rounded - exact, 'Int128'), 'Decimal(38, 9)') AS rounding,
  records
FROM (
  SELECT *,
    toInt256(transform(currency, {currency_codes:Array(String)}, {minor_steps:Array(Int64)}, toInt64(1))) AS step,
    if(exact < 0, toInt256(-1), toInt256(1)) * intDiv(2 * abs(exact) + step, 2 * step) * step AS rounded
  FROM (
    SELECT payer_account_id, toString(any(billing_record.currency)) AS currency, account_id, usage_type, tariff_id, tariff_version, component, tier,
      sum(quantity) AS used, toInt256(reinterpret(sum(amount), 'Int128')) AS exact, count() AS records
    FROM billing_record
    WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
    GROUP BY payer_account_id, account_id, usage_type, tariff_id, tariff_version, component, tier
  ) AS summed
  INNER JOIN (SELECT account_id AS owner, plan AS owner_plan FROM scratch_rated_account) AS account ON owner = account_id
  INNER JOIN (
    SELECT plan, tariff_id AS priced_by, tariff_version AS priced_version, tier AS priced_tier, name, label, unit AS price_unit, unit_base, unit_price AS tier_rate FROM price_tier
  ) AS price ON plan = if(tariff_id = '', 0, owner_plan) AND priced_by = tariff_id AND priced_version = tariff_version AND priced_tier = tier
  WHERE used != 0
)
