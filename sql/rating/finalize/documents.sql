-- Documents as they were issued, and what became of them.
-- Params  period String, ids Array(String)
-- Rows    id, kind, number, payer_account_id, period, currency, reverses, replaces, void_by, replaced_by, issued_on, due_on, issuer_id,
--         issuer_version UInt64, issuer, customer, net, total Decimal(38, 9)
-- Why     a document is void once a credit note takes it back; nothing of its own rows changes
WITH of_period AS (
  SELECT * FROM issued_document WHERE period = {period:String}
)
SELECT statement_id AS id, kind, number, payer_account_id, period, currency, own.reverses AS reverses, own.replaces AS replaces,
  note.note_id AS void_by, later.later_id AS replaced_by, issued_on, due_on, issuer_id, issuer_version, issuer, customer, net, total
FROM (SELECT * FROM of_period WHERE statement_id IN {ids:Array(String)}) AS own
LEFT JOIN (SELECT reverses AS reversed_id, statement_id AS note_id FROM of_period WHERE reverses != '') AS note ON reversed_id = own.statement_id
LEFT JOIN (SELECT replaces AS replaced_id, statement_id AS later_id FROM of_period WHERE replaces != '') AS later ON replaced_id = own.statement_id
ORDER BY id
