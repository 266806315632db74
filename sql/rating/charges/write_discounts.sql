-- Writes the lines of the discounts of one step: one for each line that they reduce, from what earlier ones left of it.
-- Params  run_seq UInt64, period String, step UInt32
-- Rows    none
-- Why     a percentage is of each line by itself; an amount is spread by what is left of the lines in whole coins, largest remainder, then the
--         order of the lines, and never more than there is
INSERT INTO statement_line (run_seq, period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component,
  tier, description, quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records, scope, rate_card_id, charge_id, charge_version,
  of_line, base_amount, percent, factor, threshold, days, of_days)
WITH
standing AS (
  SELECT due.charge_no AS charge_no, due.owner_id AS owner_id, due.payer_account_id AS payer_account_id, currency, kind, name, rate_card_id, charge_id,
    charge_version, percent, factor, threshold, days, of_days, minor, line.line AS of_line, line.account_id AS account_id, line_scope,
    line_component, line.usage_type AS usage_type, line.amount + given.amount AS remains
  FROM due_charge(step = {step:UInt32}) AS due
  INNER JOIN owned_line(period = {period:String}, run_seq = {run_seq:UInt64}) AS line ON line.owner_scope = due.scope AND line.owner_id = due.owner_id
  LEFT JOIN (
    SELECT payer_account_id AS payer, statement_line.of_line AS given_of, toInt256(reinterpret(sum(statement_line.amount), 'Int128')) AS amount
    FROM statement_line
    WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND of_line != 0
    GROUP BY payer, given_of
  ) AS given ON payer = due.payer_account_id AND given_of = line.line
  WHERE line_kind IN ('usage', 'flat', 'percentage') AND remains > 0
    AND (empty(components) OR has(components, line_component)) AND (empty(usage_types) OR has(usage_types, line.usage_type))
),
spread AS (
  SELECT *, intDiv(remains, minor) AS coins, sum(coins) OVER of_charge AS all_coins, least(intDiv(threshold, minor), all_coins) AS given_coins,
    intDiv(given_coins * coins, all_coins) AS whole_coins, modulo(given_coins * coins, all_coins) AS remainder
  FROM standing
  WINDOW of_charge AS (PARTITION BY charge_no, owner_id)
),
given AS (
  SELECT *,
    if(kind = 'discount_percent', intDiv(2 * remains * percent + 100000000, 200000000),
      (whole_coins + if(place <= given_coins - handed, 1, 0)) * minor) AS exact,
    intDiv(2 * exact + minor, 2 * minor) * minor AS rounded
  FROM (
    SELECT *, sum(whole_coins) OVER (PARTITION BY charge_no, owner_id) AS handed,
      toInt256(row_number() OVER (PARTITION BY charge_no, owner_id ORDER BY remainder DESC, of_line)) AS place
    FROM spread
  )
)
SELECT {run_seq:UInt64}, {period:String}, payer_account_id, currency,
  toUInt32(former + row_number() OVER (PARTITION BY payer_account_id ORDER BY charge_no, owner_id, of_line)),
  account_id, kind, usage_type, '', 0, line_component, 0, name, 1, '', 1, 0,
  reinterpret(accurateCast(-exact, 'Int128'), 'Decimal(38, 9)'), reinterpret(accurateCast(-rounded, 'Int128'), 'Decimal(38, 9)'),
  reinterpret(accurateCast(exact - rounded, 'Int128'), 'Decimal(38, 9)'), 0, line_scope, rate_card_id, charge_id, charge_version,
  of_line, reinterpret(accurateCast(remains, 'Int128'), 'Decimal(38, 9)'), reinterpret(accurateCast(percent, 'Int64'), 'Decimal(18, 6)'),
  reinterpret(accurateCast(factor, 'Int64'), 'Decimal(18, 6)'), reinterpret(accurateCast(threshold, 'Int128'), 'Decimal(38, 9)'), days, of_days
FROM given
LEFT JOIN (
  SELECT payer_account_id AS payer, max(line) AS former FROM statement_line
  WHERE period = {period:String} AND run_seq = {run_seq:UInt64} GROUP BY payer
) AS last ON payer = payer_account_id
WHERE exact != 0
