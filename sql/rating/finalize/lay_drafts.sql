-- Lays out which drafts of a period become final: of all payers, of one, or one statement, where nothing speaks against it that is not overridden.
-- Params  period, payer_account_id, statement_id String      '' = any payer, any statement
-- Params  tax_rates, default_issuer String
-- Params  overridden, override_reasons Array(String)         names of findings that do not hold them up, and why
-- Rows    none
-- Why     the payer's facts are read here once, so that lines, taxes and documents of the run go by the same; what is final already stays
INSERT INTO scratch_document (statement_id, kind, payer_account_id, period, currency, apart, rating_seq, source_id, reverses, replaces, country, region,
  rule, reason, issuer_id, issuer_version, issuer, customer, overrides)
SELECT statement_id, 'statement', payer_account_id, {period:String}, currency, apart, rating_seq, '', '', '', country, region, rule, reason, issued_by, 0, '',
  customer, arrayMap(finding -> concat(finding.1, ': ', {override_reasons:Array(String)}[indexOf({overridden:Array(String)}, finding.1)]), findings)
FROM finalizable(period = {period:String}, tax_rates = {tax_rates:String}, default_issuer = {default_issuer:String}) AS asked
WHERE statement_id != '' AND NOT is_final AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
  AND ({statement_id:String} = '' OR statement_id = {statement_id:String})
  AND NOT arrayExists(finding -> NOT has({overridden:Array(String)}, finding.1), findings)
