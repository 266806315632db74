-- Prices the usage of a period by its sums: one row per account, price and tier in place of one per record, for runs that nobody keeps.
-- Params  run_seq, as_of UInt64, period String
-- Params  from_ms, to_ms Int64             earliest and latest edge of the accounts' months
-- Params  cuts, edges Array(Int64)         as pricing by records has cuts; edges: also where months of accounts begin and end; 0 first, ascending
-- Rows    none
-- Why     amounts are differences of R(P(c)), so what a price and tier come to needs the quantity before and after, not the records between: the
--         prices of a series hold one after the other, never at one instant. The sums come from signed rows, without ids: 47 M records
--         are read in seconds. Always 256 bits: there are few rows
INSERT INTO billing_record
WITH
summed AS (
  SELECT account_no, if(price_no = 0, usage_type, 65536 + series_no) AS series, price_no, min(began) AS began_ms, sum(priced_sum.quantity) AS used
  FROM priced_sum(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}, edges = {edges:Array(Int64)}, usage_types = []) AS priced_sum
  GROUP BY account_no, series, price_no
),
stretched AS (
  SELECT *, sum(used) OVER (PARTITION BY account_no, series ORDER BY began_ms, price_no) AS last_end, last_end - used AS start
  FROM summed
  WHERE used != 0
),
named AS (
  SELECT *, if(own_curve = 0, price_no, own_curve) AS curve
  FROM stretched
  ANY LEFT JOIN (SELECT account_no AS no, account_id, payer_account_id AS payer, currency FROM scratch_rated_account) AS account ON no = account_no
  ANY LEFT JOIN (
    SELECT price_no AS named_no, usage_type AS priced_type, tariff_id, tariff_version, component, unit FROM scratch_price
  ) AS price ON named_no = price_no
  ANY LEFT JOIN (SELECT account_no AS owner_no, price_no AS owned_price, curve_no AS own_curve FROM scratch_series) AS series_curve
    ON owner_no = account_no AND owned_price = price_no
),
charged AS (
  SELECT *, tier, greatest(start, low) AS c0, least(last_end, high) AS c1,
    intDiv(2 * (numerator + intDiv(c0 - low + step_base - 1, step_base) * rate) + denominator, 2 * denominator) AS r0,
    intDiv(2 * (numerator + intDiv(c1 - low + step_base - 1, step_base) * rate) + denominator, 2 * denominator) AS r1
  FROM named
  ANY LEFT JOIN scratch_curve AS curves ON curves.curve_no = curve
  ARRAY JOIN tiers AS tier, lows AS low, highs AS high, rates AS rate, numerators AS numerator
  WHERE low < last_end AND high > start
)
SELECT {run_seq:UInt64}, {period:String}, payer, account_id, toUInt128(0) AS usage_record_id,
  if(price_no = 0, toUInt16(series), priced_type) AS usage_type, '' AS resource, '' AS part, toUInt128(0) AS shape,
  fromUnixTimestamp64Milli(began_ms, 'UTC') AS window_start, fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AS window_end, window_start AS part_start,
  tariff_id, tariff_version, component, tier, currency, unit,
  c1 - c0, c0, c1,
  reinterpret(accurateCast(r0, 'Int128'), 'Decimal(38, 9)'), reinterpret(accurateCast(r1, 'Int128'), 'Decimal(38, 9)'),
  reinterpret(accurateCast(r1 - r0, 'Int128'), 'Decimal(38, 9)'),
  if(price_no = 0, 'unrated', 'rated'), price_no
FROM charged
