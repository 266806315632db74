-- Money that was booked: grants and payments that count, and the double-entry ledger. Whatever reads what is owed reads `ledger`.

-- The id of a posting, made from what it is for.
CREATE OR REPLACE FUNCTION posting_id_of AS (kind, parts) -> concat('lp_', lower(hex(sipHash128(kind, parts))));

-- Payments (above zero) and refunds (below), once each, as they were first written.
CREATE OR REPLACE VIEW counted_payment AS
SELECT * FROM payment
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY payment_id, fence, version LIMIT 1 BY payment_id;

-- Grants as they were made.
CREATE OR REPLACE VIEW granted_credit AS
SELECT * FROM credit_grant
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY credit_id, fence, version LIMIT 1 BY credit_id;

-- Grants as they stand: a later version ends one.
CREATE OR REPLACE VIEW current_credit AS
SELECT * FROM credit_grant
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY credit_id, fence DESC, version DESC LIMIT 1 BY credit_id;

-- When what a run wrote began to count.
CREATE OR REPLACE VIEW publication AS
SELECT run_seq, min(changed_at) AS published_at FROM run
WHERE state = 'published' AND run_seq IN (SELECT run_seq FROM published_run)
GROUP BY run_seq;

-- The ledger: entries of published runs, dated by the publishing; entries of no run, once each; and grants and payments, which are one row
-- each and therefore booked with what they say, or not at all.
CREATE OR REPLACE VIEW ledger AS
SELECT run_seq, posting_id, entry, toString(kind) AS kind, toString(ledger_account) AS ledger_account, payer_account_id,
  toString(currency) AS currency, toString(period) AS period, statement_id, reference, published_at AS booked_at, amount
FROM ledger_entry
INNER JOIN (SELECT run_seq AS published_seq, published_at FROM publication) AS published ON published_seq = run_seq
UNION ALL
SELECT run_seq, posting_id, entry, toString(kind), toString(ledger_account), payer_account_id,
  toString(currency), toString(period), statement_id, reference, booked_at, amount
FROM (
  SELECT * FROM ledger_entry
  WHERE run_seq = 0 AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY posting_id, entry, fence LIMIT 1 BY posting_id, entry
) AS standing
UNION ALL
SELECT toUInt64(0), posting_id_of('payment', [payment_id]), toUInt16(side.1), if(amount > 0, 'payment', 'refund'), side.2, payer_account_id,
  toString(currency), '', if(side.2 = 'receivable', statement_id, ''), concat('payment:', payment_id), changed_at, side.3
FROM counted_payment
ARRAY JOIN [(1, 'cash', amount), (2, if(amount < 0 AND statement_id != '', 'receivable', 'prepayment'), -amount)] AS side
UNION ALL
SELECT toUInt64(0), posting_id_of('grant', [credit_id]), toUInt16(side.1), 'grant', side.2, payer_account_id,
  toString(currency), '', '', concat('credit:', credit_id), changed_at, side.3
FROM granted_credit
ARRAY JOIN [
  (1, if(kind = 'promotion', 'credits_granted', 'cash'), amount),
  (2, if(kind = 'promotion', 'credit_liability', 'prepayment'), -amount)
] AS side;
