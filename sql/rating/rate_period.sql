-- Prices the usage of a period: one billing record per usage record (part) x matching tariff x tier, or one that says unrated.
-- Params  run_seq, as_of UInt64, period String
-- Params  from_ms, to_ms Int64             earliest and latest edge of the accounts' months
-- Params  cuts Array(Int64)                all instants inside them at which some price changes, ascending
-- Params  integer String                what to count in: Int128 where nothing can pass 2^126 (half the time of pricing), else Int256
-- Params  named_offerings, named_zones Array(String)   what the tariffs' conditions ask for
-- Rows    none
-- Why     amount = R(P(c1)) - R(P(c0)) over the running sum, so any set of records adds up to R(P(total)) exactly (design 7.2);
--         R(n / d) = (2n + d) div 2d on integers, a Decimal(38,9) is its scaled integer, the checked cast is the guard of 38 digits
INSERT INTO billing_record
WITH
named_shape AS (
  SELECT shape, sipHash64(offering, zone) AS class, offering, zone FROM shape
  WHERE offering IN {named_offerings:Array(String)} OR zone IN {named_zones:Array(String)}
  LIMIT 1 BY shape
),
matching AS (
  SELECT plan AS priced_plan, usage_type AS priced_type, class AS priced_class, epoch AS priced_epoch, price_no
  FROM scratch_price
  CROSS JOIN (SELECT DISTINCT class, offering, zone FROM named_shape UNION ALL SELECT toUInt64(0), '', '') AS classes
  CROSS JOIN (SELECT arrayJoin(arrayConcat([{from_ms:Int64}], {cuts:Array(Int64)})) AS from_ms, toUInt32(indexOf(arrayConcat([{from_ms:Int64}], {cuts:Array(Int64)}), from_ms) - 1) AS epoch) AS epochs
  WHERE price_no != 0
    AND (empty(offerings) OR has(offerings, classes.offering))
    AND (empty(zones) OR has(zones, classes.zone))
    AND valid_from_ms <= epochs.from_ms AND epochs.from_ms < valid_to_ms
),
priced AS (
  SELECT resource, part, shape, window_start, window_end, usage_record_id, part_start, usage_type, account_no, price_no,
    accurateCast(usage_part.quantity, {integer:String}) AS quantity,
    bitShiftLeft(toUInt64(account_no), 32) + if(price_no = 0, usage_type, 65536 + price_no) AS series
  FROM usage_part(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}) AS usage_part
  ANY LEFT JOIN (SELECT account_no, account_id AS owner, plan, start_at, end_at FROM scratch_rated_account) AS account ON owner = account_id
  LEFT JOIN (SELECT shape AS named, class FROM named_shape) AS classes ON named = shape
  LEFT JOIN matching ON priced_plan = plan AND priced_type = usage_type AND priced_class = class
    AND priced_epoch = toUInt32(arrayCount(cut -> cut <= toUnixTimestamp64Milli(part_start), {cuts:Array(Int64)}))
  WHERE window_start >= start_at AND window_start < end_at
),
running AS (
  SELECT *,
    sum(quantity) OVER (
      PARTITION BY series ORDER BY window_start, usage_record_id, part_start ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reached
  FROM priced
),
tiered AS (
  SELECT *, step,
    greatest(reached - quantity, lows[step]) AS c0,
    least(reached, highs[step]) AS c1,
    base * 1000 AS denominator,
    intDiv(2 * (numerators[step] + (c0 - lows[step]) * rates[step]) + denominator, 2 * denominator) AS r0,
    intDiv(2 * (numerators[step] + (c1 - lows[step]) * rates[step]) + denominator, 2 * denominator) AS r1
  FROM running
  ANY LEFT JOIN (
    SELECT price_no AS tariff_no, tariff_id, tariff_version, component, unit, accurateCast(unit_base, {integer:String}) AS base,
      arrayMap(x -> accurateCast(x, {integer:String}), lows) AS lows, arrayMap(x -> accurateCast(x, {integer:String}), highs) AS highs,
      arrayMap(x -> accurateCast(x, {integer:String}), rates) AS rates, arrayMap(x -> accurateCast(x, {integer:String}), numerators) AS numerators
    FROM scratch_price
  ) AS price ON tariff_no = price_no
  ARRAY JOIN range(
    least(arrayFirstIndex(high -> high > reached - quantity, highs), arrayFirstIndex(high -> high >= reached, highs)),
    arrayFirstIndex(high -> high >= reached, highs) + 1
  ) AS step
)
SELECT {run_seq:UInt64}, {period:String}, payer, account_id, usage_record_id, usage_type, resource, part, shape,
  window_start, window_end, part_start, tariff_id, tariff_version, component, step - 1, currency, unit,
  c1 - c0, c0, c1,
  reinterpret(accurateCast(r0, 'Int128'), 'Decimal(38, 9)'), reinterpret(accurateCast(r1, 'Int128'), 'Decimal(38, 9)'),
  reinterpret(accurateCast(r1 - r0, 'Int128'), 'Decimal(38, 9)'),
  if(price_no = 0, 'unrated', 'rated')
FROM tiered
ANY LEFT JOIN (SELECT account_no AS no, account_id, payer_account_id AS payer, currency FROM scratch_rated_account) AS account ON no = account_no
