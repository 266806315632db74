-- What does not add up in a rating run; one row, all zero when the run may be published.
-- Params  run_seq, as_of UInt64, period String, from_ms, to_ms Int64
-- Rows    wrong_prices, lost_records, wrong_quantities Int64
-- Why     sums are held against totals priced in one go, and against usage as the signed sum of its rows: another way than
--         pricing took. A record priced by several components counts its quantity once in each.
WITH
billed AS (
  SELECT account_id, tariff_id, usage_type, component, sum(quantity) AS used, reinterpret(sum(amount), 'Int128') AS charged
  FROM billing_record
  WHERE period = {period:String} AND run_seq = {run_seq:UInt64}
  GROUP BY account_id, tariff_id, usage_type, component
),
repriced AS (
  SELECT charged,
    arraySum((low, high, rate) -> greatest(toInt256(0), least(used, high) - low) * rate, lows, highs, rates) AS numerator,
    intDiv(2 * numerator + unit_base * 1000, 2 * unit_base * 1000) AS price
  FROM billed
  INNER JOIN (SELECT account_id AS owner, plan AS owner_plan FROM scratch_rated_account) AS account ON owner = account_id
  INNER JOIN (SELECT plan, tariff_id AS priced_by, unit_base, lows, highs, rates FROM scratch_price) AS price ON plan = owner_plan AND priced_by = tariff_id
  WHERE tariff_id != ''
),
truth AS (
  SELECT usage_type, sum(sign) AS records, sum(quantity) AS used
  FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0)
  INNER JOIN (SELECT account_id AS owner, start_at, end_at FROM scratch_rated_account) AS account ON owner = account_id
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND window_start >= start_at AND window_start < end_at
  GROUP BY usage_type
),
by_type AS (
  SELECT usage_type AS billed_type, sumIf(used, component = '') AS unrated,
    max(rated) AS rated_most, countIf(rated > 0 AND component != '') AS components
  FROM (SELECT usage_type, component, sum(billed.used) AS used, if(component = '', toInt256(0), used) AS rated FROM billed GROUP BY usage_type, component)
  GROUP BY billed_type
)
SELECT
  (SELECT countIf(charged != price) FROM repriced) + (SELECT count() FROM billed WHERE tariff_id != '') - (SELECT count() FROM repriced) AS wrong_prices,
  (SELECT toInt64(sum(records)) FROM truth)
    - (SELECT toInt64(uniqExact(usage_record_id)) FROM billing_record WHERE period = {period:String} AND run_seq = {run_seq:UInt64}) AS lost_records,
  (SELECT toInt64(countIf(used != 0 AND if(components > 1, unrated + rated_most > used, unrated + rated_most != used)))
    FROM truth LEFT JOIN by_type ON billed_type = usage_type) AS wrong_quantities
