-- Books the documents of a run: what was unbilled is owed, with its taxes; a credit note does the opposite, on the document it takes back.
-- Params  run_seq UInt64, now_ms Int64   Unix ms UTC
-- Rows    none
-- Why     a credit note's amounts are negative, so one rule serves both. Its entries name the document they are owed on, so what is open of a
--         document is the sum of its receivable entries, whatever became of it
INSERT INTO ledger_entry (run_seq, posting_id, entry, kind, ledger_account, payer_account_id, currency, period, statement_id, reference, booked_at, amount)
SELECT {run_seq:UInt64}, posting_id_of('document', [id]), toUInt16(place), posting, account, payer_account_id, code, month, owed_on, reason,
  fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), booked
FROM (
  SELECT statement_id AS id, if(kind = 'credit_note', 'credit-note', 'statement') AS posting, payer_account_id, toString(currency) AS code,
    toString(period) AS month, if(kind = 'credit_note', reverses, statement_id) AS owed_on, concat('statement:', statement_id) AS reason,
    side.1 AS place, side.2 AS account, side.3 AS booked
  FROM statement_document
  ARRAY JOIN [(1, 'unbilled', -net), (2, 'receivable', total)] AS side
  WHERE run_seq = {run_seq:UInt64}
  UNION ALL
  SELECT id, posting, payer_account_id, code, month, owed_on, concat('tax-rate:', toString(tax_rate_id)) AS reason,
    2 + row_number() OVER (PARTITION BY id ORDER BY tax_rate_id, for_period) AS place, 'tax_payable' AS account, -amount AS booked
  FROM statement_tax
  INNER JOIN (
    SELECT statement_id AS id, if(kind = 'credit_note', 'credit-note', 'statement') AS posting, payer_account_id, toString(currency) AS code,
      toString(period) AS month, if(kind = 'credit_note', reverses, statement_id) AS owed_on
    FROM statement_document
    WHERE run_seq = {run_seq:UInt64}
  ) AS document ON id = statement_tax.statement_id
  WHERE run_seq = {run_seq:UInt64}
)
WHERE booked != 0
