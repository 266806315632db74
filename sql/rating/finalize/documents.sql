-- Documents as they were issued, and what became of them.
-- Params  period String, ids Array(String)
-- Rows    id, kind, number, payer_account_id, period, currency, reverses, replaces, void_by, replaced_by, issued_on, due_on, issuer_id,
--         issuer_version UInt64, issuer, customer, net, total Decimal(38, 9), overrides Array(String), off_ms, off_by, off_reason (when it was written
--         off, by whom and why; '' = it was not)
-- Why     a document is void once a credit note takes it back; nothing of its own rows changes
WITH of_period AS (
  SELECT * FROM issued_document WHERE period = {period:String}
)
SELECT statement_id AS id, kind, number, payer_account_id, period, currency, own.reverses AS reverses, own.replaces AS replaces,
  note.note_id AS void_by, later.later_id AS replaced_by, issued_on, due_on, issuer_id, issuer_version, issuer, customer, net, total, overrides,
  toUnixTimestamp64Milli(off_at) AS off_ms, off_by, off_reason
FROM (SELECT * FROM of_period WHERE statement_id IN {ids:Array(String)}) AS own
LEFT JOIN (SELECT reverses AS reversed_id, statement_id AS note_id FROM of_period WHERE reverses != '') AS note ON reversed_id = own.statement_id
LEFT JOIN (SELECT replaces AS replaced_id, statement_id AS later_id FROM of_period WHERE replaces != '') AS later ON replaced_id = own.statement_id
LEFT ANY JOIN written_off ON off_id = own.statement_id
ORDER BY id
