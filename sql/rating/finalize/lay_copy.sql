-- Lays out one document that takes another's lines: a credit note that takes it back, or a statement in its place.
-- Params  period, source_id String       the other one
-- Params  statement_id, kind String      what is made
-- Params  default_issuer String
-- Params  overrides Array(String)
-- Rows    none
-- Why     a credit note is by and for whom its original is; a reissued statement by and for whom is known now
INSERT INTO scratch_document (statement_id, kind, payer_account_id, period, currency, apart, rating_seq, source_id, reverses, replaces, country, region,
  rule, reason, issuer_id, issuer_version, issuer, customer, overrides)
SELECT {statement_id:String}, {kind:String}, payer_account_id, period, currency, apart, rating_seq, source.statement_id,
  if(is_note, source.statement_id, ''), if(is_note, '', source.statement_id), profiled.country, profiled.region, profiled.rule, profiled.reason,
  multiIf(is_note, source.issuer_id, profiled.issuer_id = '', {default_issuer:String}, profiled.issuer_id),
  if(is_note, source.issuer_version, 0), if(is_note, source.issuer, ''), if(is_note, source.customer, profiled.customer), {overrides:Array(String)}
FROM (
  SELECT *, {kind:String} = 'credit_note' AS is_note FROM issued_document WHERE period = {period:String} AND statement_id = {source_id:String}
) AS source
LEFT JOIN profiled_payer AS profiled ON profiled_id = source.payer_account_id
