-- Prices the usage of a period: one billing record per usage record (part) x matching price x tier, or one that says unrated.
-- Params  run_seq, as_of UInt64, period String
-- Params  from_ms, to_ms Int64             earliest and latest edge of the accounts' months
-- Params  cuts Array(Int64)                0, then all instants inside them at which some price changes, ascending
-- Params  integer String                what to count in: Int128 where nothing can pass 2^126 (half the time of pricing), else Int256
-- Rows    none
-- Why     parts go by their start, then the record's id, so that of two versions of a price each takes one stretch of the quantity;
--         amount = R(P(c1)) - R(P(c0)) over the running sum, so any set of records adds up to R(P(total)) exactly (design 7.2);
--         R(n / d) = (2n + d) div 2d on integers, a Decimal(38,9) is its scaled integer, the checked cast is the guard of 38 digits.
--         Whatever is the same for all parts of a series (whose, which price, which tier) is looked up before its parts are laid out in
--         rows again: thousands of lookups in place of millions, and arrays sort faster than a window function does (measured)
INSERT INTO billing_record
WITH
in_order AS (
  SELECT account_no, if(price_no = 0, usage_type, 65536 + series_no) AS series,
    arraySort(groupArray((bitShiftLeft(toUInt256(toUnixTimestamp64Milli(part_start)), 128) + usage_record_id, price_no,
      accurateCast(priced_part.quantity, {integer:String}), resource, part, shape, window_start, window_end))) AS parts
  FROM priced_part(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}) AS priced_part
  GROUP BY account_no, series
),
stretched AS (
  SELECT account_no, series, parts, ends, first, last, parts.2[first] AS price_no,
    ends[first] AS first_end, first_end - parts.3[first] AS start, ends[last] AS last_end
  FROM (
    SELECT *, arrayCumSum(parts.3) AS ends,
      arrayFilter((place, change) -> place = 1 OR change != 0, arrayEnumerate(parts), arrayDifference(parts.2)) AS firsts,
      arrayPushBack(arrayMap(place -> toUInt32(place - 1), arrayPopFront(firsts)), toUInt32(length(parts))) AS lasts
    FROM in_order
  )
  ARRAY JOIN firsts AS first, lasts AS last
),
named AS (
  SELECT *, if(own_curve = 0, price_no, own_curve) AS curve
  FROM stretched
  ANY LEFT JOIN (SELECT account_no AS no, account_id, payer_account_id AS payer, currency FROM scratch_rated_account) AS account ON no = account_no
  ANY LEFT JOIN (
    SELECT price_no AS named_no, usage_type AS priced_type, tariff_id, tariff_version, component, unit FROM scratch_price
  ) AS price ON named_no = price_no
  ANY LEFT JOIN (SELECT account_no AS owner_no, price_no AS owned_price, curve_no AS own_curve FROM scratch_series) AS series
    ON owner_no = account_no AND owned_price = price_no
),
tiered AS (
  SELECT * EXCEPT (tiers, lows, highs, rates, numerators), step,
    lows[step] AS low, highs[step] AS high, rates[step] AS rate, numerators[step] AS numerator, tiers[step] AS tier
  FROM (
    SELECT *,
      arrayFirstIndex(high -> high >= last_end, highs) AS high_step,
      least(arrayFirstIndex(high -> high > start, highs), arrayFirstIndex(high -> high >= first_end, highs)) AS low_step
    FROM named
    ANY LEFT JOIN (
      SELECT curve_no, tiers, accurateCast(step_base, {integer:String}) AS step_base, accurateCast(denominator, {integer:String}) AS denominator,
        arrayMap(x -> accurateCast(x, {integer:String}), lows) AS lows, arrayMap(x -> accurateCast(x, {integer:String}), highs) AS highs,
        arrayMap(x -> accurateCast(x, {integer:String}), rates) AS rates, arrayMap(x -> accurateCast(x, {integer:String}), numerators) AS numerators
      FROM scratch_curve
    ) AS curves ON curve_no = curve
  )
  ARRAY JOIN range(low_step, high_step + 1) AS step
),
within AS (
  SELECT * EXCEPT (parts, ends),
    if(step = low_step, first, toUInt32(greatest(first, arrayCount(reached -> reached <= low, ends) + 1))) AS first_in,
    if(step = high_step, last, toUInt32(arrayCount(reached -> reached <= high, ends))) AS whole,
    if(step = high_step, last, toUInt32(least(last, whole + if(whole = 0, 1, ends[whole] < high)))) AS last_in,
    arraySlice(parts, first_in, last_in + 1 - first_in) AS pieces,
    arraySlice(ends, first_in, last_in + 1 - first_in) AS piece_ends
  FROM tiered
),
charged AS (
  SELECT * EXCEPT (pieces, piece_ends), piece,
    greatest(reached - piece.3, low) AS c0,
    least(reached, high) AS c1,
    intDiv(2 * (numerator + if(step_base = 1, c0 - low, intDiv(c0 - low + step_base - 1, step_base)) * rate) + denominator, 2 * denominator) AS r0,
    intDiv(2 * (numerator + if(step_base = 1, c1 - low, intDiv(c1 - low + step_base - 1, step_base)) * rate) + denominator, 2 * denominator) AS r1
  FROM within
  ARRAY JOIN pieces AS piece, piece_ends AS reached
)
SELECT {run_seq:UInt64}, {period:String}, payer, account_id, reinterpretAsUInt128(piece.1) AS usage_record_id,
  if(price_no = 0, toUInt16(series), priced_type) AS usage_type, piece.4 AS resource, piece.5 AS part, piece.6 AS shape,
  piece.7 AS window_start, piece.8 AS window_end,
  fromUnixTimestamp64Milli(toInt64(bitShiftRight(piece.1, 128)), 'UTC') AS part_start,
  tariff_id, tariff_version, component, tier, currency, unit,
  c1 - c0, c0, c1,
  reinterpret(accurateCast(r0, 'Int128'), 'Decimal(38, 9)'), reinterpret(accurateCast(r1, 'Int128'), 'Decimal(38, 9)'),
  reinterpret(accurateCast(r1 - r0, 'Int128'), 'Decimal(38, 9)'),
  if(price_no = 0, 'unrated', 'rated'), price_no
FROM charged
