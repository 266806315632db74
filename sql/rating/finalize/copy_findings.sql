-- What speaks against issuing the lines of a document again.
-- Params  period, source_id String
-- Params  tax_rates, default_issuer String
-- Rows    statement_id, checks Array(String), counts Array(UInt64)
-- Why     as view finalizable asks of drafts, of lines that were issued once: who sells, who pays and which tax may be others by now
SELECT statement_id, findings.1 AS checks, findings.2 AS counts
FROM (
  SELECT source.statement_id AS statement_id,
    arrayFilter(finding -> finding.2 > 0, [
      ('unrated', toUInt64(unrated)),
      ('no-issuer', toUInt64(issued_by = '')),
      ('no-profile', toUInt64(issued_by != '' AND legal_name = '')),
      ('no-tax-rate', toUInt64(untaxed))]) AS findings
  FROM (
    SELECT line.statement_id AS statement_id, if(any(profiled.issuer_id) = '', {default_issuer:String}, any(profiled.issuer_id)) AS issued_by,
      any(profiled.legal_name) AS legal_name, countIf(kind = 'unrated') AS unrated,
      countIf(amount != 0 AND notEmpty(tax_rates_of({tax_rates:String}))
        AND tax_rate_of(tax_rates_of({tax_rates:String}), rule, country, region, usage_type, toString(component),
          if(adjusts_period = '', {period:String}, toString(adjusts_period))) = '') AS untaxed
    FROM final_line AS line
    LEFT JOIN profiled_payer AS profiled ON profiled_id = line.payer_account_id
    WHERE line.period = {period:String} AND line.statement_id = {source_id:String}
      AND line.run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'finalize')
    GROUP BY statement_id
  ) AS source
)
