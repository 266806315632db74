-- Books the credits that went to the documents of a run, or came back from those it takes back.
-- Params  run_seq UInt64, now_ms Int64   Unix ms UTC
-- Rows    none
-- Why     a draw takes from what is owed of its document; what a credit note gives back is negative, and is of the document it takes back
INSERT INTO ledger_entry (run_seq, posting_id, entry, kind, ledger_account, payer_account_id, currency, period, statement_id, reference, booked_at, amount)
SELECT {run_seq:UInt64}, posting_id_of('draw', [credit_id, id]), toUInt16(side.1), 'draw', side.2, payer_account_id, code, month, owed_on,
  concat('credit:', credit_id), fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), side.3
FROM credit_draw AS draw
INNER JOIN (
  SELECT statement_id AS id, payer_account_id, toString(currency) AS code, toString(period) AS month,
    if(kind = 'credit_note', reverses, statement_id) AS owed_on
  FROM statement_document
  WHERE run_seq = {run_seq:UInt64}
) AS document ON id = draw.statement_id
INNER JOIN (SELECT credit_id AS granted_id, toString(kind) AS credit_kind FROM granted_credit) AS granted ON granted_id = draw.credit_id
ARRAY JOIN [(1, if(credit_kind = 'promotion', 'credit_liability', 'prepayment'), draw.amount), (2, 'receivable', -draw.amount)] AS side
WHERE draw.run_seq = {run_seq:UInt64}
