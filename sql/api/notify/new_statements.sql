-- Documents that became final since an instant, and what each takes back.
-- Params  since_ms Int64
-- Rows    statement_id, number, kind, payer_account_id, period, currency, total, reverses String, published_ms Int64 (Unix ms UTC)
-- Why     a document is final once its run is published: told from there, no crash between the two loses it
SELECT document.statement_id AS statement_id, document.number AS number, toString(document.kind) AS kind, document.payer_account_id AS payer_account_id,
  toString(document.period) AS period, toString(document.currency) AS currency, toString(document.total) AS total, document.reverses AS reverses,
  toUnixTimestamp64Milli(published.at) AS published_ms
FROM statement_document AS document
INNER JOIN (
  SELECT run_seq, min(changed_at) AS at FROM run
  WHERE state = 'published' AND run_seq IN (SELECT run_seq FROM published_run)
  GROUP BY run_seq
  HAVING at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
) AS published ON published.run_seq = document.run_seq
ORDER BY published_ms, statement_id
