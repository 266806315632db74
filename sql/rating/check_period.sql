-- What does not add up in a rating run; one row, all zero when the run may be published.
-- Params  run_seq, as_of UInt64, period String, from_ms, to_ms Int64
-- Rows    wrong_prices, lost_records, wrong_quantities Int64
-- Why     sums are held against totals priced in one go, and against usage as the signed sum of its rows: another way than
--         pricing took. A record priced by several components counts its quantity once in each. Billed rows are summed once: what is
--         named by WITH is read anew wherever it stands
WITH
billed AS (
  SELECT account_id, tariff_id, usage_type, component, price_no, sum(quantity) AS used,
    min(from_quantity) AS from_used, max(to_quantity) AS to_used, reinterpret(sum(amount), 'Int128') AS charged
  FROM billing_record
  WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
  GROUP BY account_id, tariff_id, usage_type, component, price_no
),
priced AS (
  SELECT *, if(own_curve = 0, price_no, own_curve) AS curve
  FROM billed
  ANY LEFT JOIN (SELECT account_no, account_id AS owner, plan AS owner_plan FROM scratch_rated_account) AS account ON owner = account_id
  ANY LEFT JOIN (SELECT plan, price_no AS priced_no, tariff_id AS priced_by, 1 AS listed FROM scratch_price WHERE matched = 1) AS price
    ON priced_no = price_no AND plan = owner_plan AND priced_by = tariff_id
  ANY LEFT JOIN (SELECT account_no AS owner_no, price_no AS owned_price, curve_no AS own_curve FROM scratch_series) AS series
    ON owner_no = account_no AND owned_price = price_no
),
repriced AS (
  SELECT usage_type, component, used,
    arraySum((low, high, rate) -> intDiv(greatest(toInt256(0), least(from_used, high) - low) + step_base - 1, step_base) * rate, lows, highs, rates) AS former,
    arraySum((low, high, rate) -> intDiv(greatest(toInt256(0), least(to_used, high) - low) + step_base - 1, step_base) * rate, lows, highs, rates) AS numerator,
    if(listed = 1 AND curve_no = curve, denominator, toInt256(1)) AS divisor,
    intDiv(2 * numerator + divisor, 2 * divisor) - intDiv(2 * former + divisor, 2 * divisor) AS price,
    tariff_id != '' AND (listed != 1 OR curve_no != curve OR charged != price) AS wrong
  FROM priced
  ANY LEFT JOIN (SELECT curve_no, lows, highs, rates, step_base, denominator FROM scratch_curve) AS curves ON curve_no = curve
),
truth AS (
  SELECT usage_type, sum(sign) AS records, sum(quantity) AS used
  FROM rated_usage(as_of = {as_of:UInt64})
  INNER JOIN (SELECT account_id AS owner, start_at, end_at FROM scratch_rated_account) AS account ON owner = account_id
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND window_start >= start_at AND window_start < end_at
  GROUP BY usage_type
),
by_type AS (
  SELECT usage_type AS billed_type, sumIf(used, component = '') AS unrated, maxIf(used, component != '') AS rated_most,
    countIf(used > 0 AND component != '') AS components, sum(wrong) AS wrong
  FROM (SELECT usage_type, component, sum(repriced.used) AS used, sum(repriced.wrong) AS wrong FROM repriced GROUP BY usage_type, component)
  GROUP BY billed_type
)
SELECT toInt64(sum(wrong)) AS wrong_prices,
  toInt64(sum(records))
    - (SELECT toInt64(uniqExact(usage_record_id)) FROM billing_record WHERE period = {period:String} AND run_seq = {run_seq:UInt64}) AS lost_records,
  toInt64(countIf(used != 0 AND if(components > 1, unrated + rated_most > used, unrated + rated_most != used))) AS wrong_quantities
FROM truth
FULL JOIN by_type ON billed_type = usage_type
