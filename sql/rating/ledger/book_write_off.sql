-- Books that what a void statement billed is given up: it is no longer unbilled, and no revenue.
-- Params  run_seq UInt64, now_ms Int64        Unix ms UTC
-- Params  period, statement_id String
-- Rows    none
-- Why     its credit note made it unbilled again, for a statement in its place; where there is to be none, it would be so for ever
INSERT INTO ledger_entry (run_seq, posting_id, entry, kind, ledger_account, payer_account_id, currency, period, statement_id, reference, booked_at, amount)
SELECT {run_seq:UInt64}, posting_id_of('write-off', [statement_id]), toUInt16(side.1), 'write-off', side.2, payer_account_id, toString(issued_document.currency),
  toString(issued_document.period), statement_id, concat('statement:', statement_id), fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC'), side.3
FROM issued_document
ARRAY JOIN [(1, 'revenue', net), (2, 'unbilled', -net)] AS side
WHERE period = {period:String} AND statement_id = {statement_id:String} AND net != 0
