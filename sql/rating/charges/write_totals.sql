-- Writes the lines of the charges of one step that are about a sum: fees, percentages, minimums, caps, commitments.
-- Params  run_seq UInt64, period String, step UInt32
-- Rows    none
-- Why     bases are rounded amounts, so that what a statement shows can be worked out again from what it shows; R is half away from zero
INSERT INTO statement_line (run_seq, period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component,
  tier, description, quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records, scope, rate_card_id, charge_id, charge_version,
  of_line, base_amount, percent, factor, threshold, days, of_days)
SELECT {run_seq:UInt64}, {period:String}, payer_account_id, currency,
  toUInt32(former + row_number() OVER (PARTITION BY payer_account_id ORDER BY charge_no, owner_id)),
  owner_id, kind, 0, '', 0, component, 0, name, 1, '', 1, 0,
  reinterpret(accurateCast(exact, 'Int128'), 'Decimal(38, 9)'), reinterpret(accurateCast(rounded, 'Int128'), 'Decimal(38, 9)'),
  reinterpret(accurateCast(rounded - exact, 'Int128'), 'Decimal(38, 9)'), 0, scope, rate_card_id, charge_id, charge_version,
  0, reinterpret(accurateCast(base, 'Int128'), 'Decimal(38, 9)'), reinterpret(accurateCast(percent, 'Int64'), 'Decimal(18, 6)'),
  reinterpret(accurateCast(factor, 'Int64'), 'Decimal(18, 6)'), reinterpret(accurateCast(threshold, 'Int128'), 'Decimal(38, 9)'), days, of_days
FROM (
  SELECT *, if(exact < 0, toInt256(-1), toInt256(1)) * intDiv(2 * abs(exact) + minor, 2 * minor) * minor AS rounded
  FROM (
    SELECT due.*, summed.base AS base, last.former AS former,
      multiIf(
        kind = 'flat', threshold,
        kind = 'percentage', intDiv(2 * base * percent + 100000000, 200000000),
        kind = 'minimum', greatest(threshold - base, toInt256(0)),
        kind = 'cap', least(threshold - base, toInt256(0)),
        base <= threshold, threshold - base,
        intDiv(2 * (base - threshold) * (factor - 1000000) + 1000000, 2000000)) AS exact
    FROM due_charge(step = {step:UInt32}) AS due
    LEFT JOIN (
      SELECT charge_no AS of_charge, due.owner_id AS of_owner, sum(line.amount) AS base
      FROM due_charge(step = {step:UInt32}) AS due
      INNER JOIN owned_line(period = {period:String}, run_seq = {run_seq:UInt64}) AS line ON line.owner_scope = due.scope AND line.owner_id = due.owner_id
      WHERE kind != 'flat' AND (empty(components) OR has(components, line_component))
      GROUP BY of_charge, of_owner
    ) AS summed ON of_charge = charge_no AND of_owner = owner_id
    LEFT JOIN (
      SELECT payer_account_id AS payer, max(line) AS former FROM statement_line
      WHERE period = {period:String} AND run_seq = {run_seq:UInt64} GROUP BY payer
    ) AS last ON payer = payer_account_id
  )
  WHERE exact != 0
)
