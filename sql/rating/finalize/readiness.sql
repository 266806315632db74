-- What speaks against making the statements of a period final, by statement.
-- Params  period, payer_account_id, statement_id String    '' = any payer, any statement
-- Params  after String, limit UInt32                       payers above one, and how many
-- Params  tax_rates, default_issuer String
-- Rows    payer_account_id, statement_id, is_final UInt8, checks Array(String), counts Array(UInt64)
-- Why     asked of all payers in one go; finalizing asks the same view, so what is said here is what holds it up
SELECT payer_account_id, statement_id, is_final, findings.1 AS checks, findings.2 AS counts
FROM finalizable(period = {period:String}, tax_rates = {tax_rates:String}, default_issuer = {default_issuer:String}) AS asked
WHERE payer_account_id > {after:String} AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND ({statement_id:String} = '' OR statement_id = {statement_id:String})
  AND payer_account_id IN (
    SELECT DISTINCT payer_account_id
    FROM (
      SELECT payer_account_id FROM statement_line
      WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
      UNION ALL
      SELECT payer_account_id FROM closed_period WHERE closed_period.period = {period:String}
    )
    WHERE payer_account_id > {after:String} AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
    ORDER BY payer_account_id
    LIMIT {limit:UInt32}
  )
ORDER BY payer_account_id, currency, statement_id
