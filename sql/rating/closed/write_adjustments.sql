-- Writes what a closed month's bill lacks, or has too much, as lines of the statements of a later month: one for each line that differs.
-- Params  run_seq UInt64, period String                 the run, and the month on whose statements they go
-- Params  of_period, original, former, restated String  the closed month, and under which periods its lines lie: as it was closed, as it had
--                                                       been billed up to the statement before, as it is by what counts now
-- Params  default_currency String
-- Rows    none
-- Why     differences of rounded lines: what was billed and these add up to the month rated whole again, to the last digit. Lines are the
--         same by whose they are and what they are by; a discount, by the line it reduces too, since numbers move when a line is new.
--         What is in another currency than the payer's now is not converted: it stands apart, on a statement of its own
INSERT INTO statement_line (run_seq, period, payer_account_id, currency, line, account_id, kind, usage_type, tariff_id, tariff_version, component,
  tier, description, quantity, unit, unit_base, unit_price, exact_amount, amount, rounding, records, scope, rate_card_id, charge_id, charge_version,
  adjusts_period, adjusts_kind, adjusts_line, former_line, restated_line, apart)
WITH
keyed AS (
  SELECT own.period AS own_period, own.line AS line, own.payer_account_id AS payer, own.currency AS currency, own.description AS description,
    own.quantity AS quantity, own.unit AS unit, own.unit_base AS unit_base, own.unit_price AS unit_price,
    own.exact_amount AS exact_amount, own.amount AS amount,
    (own.account_id, own.kind, own.usage_type, own.tariff_id, own.tariff_version, own.component, own.tier, own.scope, own.rate_card_id,
      own.charge_id, own.charge_version) AS own_key,
    (reduced.account_id, reduced.kind, reduced.usage_type, reduced.tariff_id, reduced.tariff_version, reduced.component, reduced.tier,
      reduced.rate_card_id, reduced.charge_id) AS reduced_key
  FROM (SELECT * FROM statement_line WHERE run_seq = {run_seq:UInt64} AND period IN ({original:String}, {former:String}, {restated:String})) AS own
  LEFT JOIN (
    SELECT * FROM statement_line WHERE run_seq = {run_seq:UInt64} AND period IN ({original:String}, {former:String}, {restated:String})
  ) AS reduced ON reduced.period = own.period AND reduced.payer_account_id = own.payer_account_id AND reduced.line = own.of_line
),
compared AS (
  SELECT payer, own_key, reduced_key,
    argMax(tuple(description, unit, unit_base, unit_price, currency), own_period = {restated:String}) AS said,
    maxIf(line, own_period = {original:String}) AS original_line,
    maxIf(line, own_period = {former:String}) AS former_no,
    maxIf(line, own_period = {restated:String}) AS restated_no,
    sumIf(keyed.quantity, own_period = {restated:String}) - sumIf(keyed.quantity, own_period = {former:String}) AS more,
    sumIf(keyed.exact_amount, own_period = {restated:String}) - sumIf(keyed.exact_amount, own_period = {former:String}) AS exact,
    sumIf(keyed.amount, own_period = {restated:String}) - sumIf(keyed.amount, own_period = {former:String}) AS rounded
  FROM keyed
  GROUP BY payer, own_key, reduced_key
  HAVING more != 0 OR exact != 0 OR rounded != 0
),
placed AS (
  SELECT compared.*, if(toString(said.5) = if(present = '', {default_currency:String}, present), '', toString(said.5)) AS own_apart
  FROM compared
  LEFT JOIN (
    SELECT account_id AS paying, toString(current_account.currency) AS present FROM current_account
    WHERE account_id NOT IN (SELECT payer_account_id FROM scratch_closed_account)
    UNION ALL
    SELECT payer_account_id, toString(any(scratch_closed_account.currency)) FROM scratch_closed_account GROUP BY payer_account_id
  ) AS paid ON paying = payer
)
SELECT {run_seq:UInt64}, {period:String}, payer, said.5,
  toUInt32(last_line + row_number() OVER (PARTITION BY payer, own_apart ORDER BY original_line = 0, original_line, restated_no, former_no)),
  own_key.1, 'adjustment', own_key.3, own_key.4, own_key.5, own_key.6, own_key.7, concat('Correction of ', {of_period:String}, ' · ', said.1),
  more, said.2, said.3, said.4, exact, rounded, rounded - exact, 0,
  own_key.8, own_key.9, own_key.10, own_key.11,
  {of_period:String}, own_key.2, original_line, former_no, restated_no, own_apart
FROM placed
LEFT JOIN (
  SELECT payer_account_id AS numbered, statement_line.apart AS numbered_apart, max(line) AS last_line FROM statement_line
  WHERE run_seq = {run_seq:UInt64} AND period = {period:String} GROUP BY numbered, numbered_apart
) AS last ON numbered = payer AND numbered_apart = own_apart
