-- Money that was booked: grants and payments that count, and the double-entry ledger. Whatever reads what is owed reads `ledger`.

-- The id of a posting, made from what it is for.
CREATE OR REPLACE FUNCTION posting_id_of AS (kind, parts) -> concat('lp_', lower(hex(sipHash128(kind, parts))));

-- Payments (above zero) and refunds (below), once each, as they were first written; dated by when they began to count, so that nothing comes
-- to be booked before a moment that was looked at.
CREATE OR REPLACE VIEW counted_payment AS
SELECT payment.* EXCEPT (changed_at), greatest(payment.changed_at, turn.ended_at) AS changed_at
FROM payment LEFT ANY JOIN ended_turn AS turn ON turn.ended_fence = payment.fence
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY payment_id, fence, version LIMIT 1 BY payment_id;

-- Grants as they were made, dated in the same way.
CREATE OR REPLACE VIEW granted_credit AS
SELECT credit_grant.* EXCEPT (changed_at), greatest(credit_grant.changed_at, turn.ended_at) AS changed_at
FROM credit_grant LEFT ANY JOIN ended_turn AS turn ON turn.ended_fence = credit_grant.fence
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

-- The ledger: entries of published runs, dated by the publishing; entries of no run, once each, dated by the end of their turn; and grants and payments, which are one row
-- each and therefore booked with what they say, or not at all.
CREATE OR REPLACE VIEW ledger AS
SELECT run_seq, posting_id, entry, toString(kind) AS kind, toString(ledger_account) AS ledger_account, payer_account_id,
  toString(currency) AS currency, toString(period) AS period, statement_id, reference, published_at AS booked_at, amount
FROM ledger_entry
INNER JOIN (SELECT run_seq AS published_seq, published_at FROM publication) AS published ON published_seq = run_seq
UNION ALL
SELECT run_seq, posting_id, entry, toString(kind), toString(ledger_account), payer_account_id,
  toString(currency), toString(period), statement_id, reference, greatest(booked_at, turn.ended_at), amount
FROM (
  SELECT * FROM ledger_entry
  WHERE run_seq = 0 AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY posting_id, entry, fence LIMIT 1 BY posting_id, entry
) AS standing
LEFT ANY JOIN ended_turn AS turn ON turn.ended_fence = standing.fence
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

-- Void statements that finance gave up on issuing again: when, by whom and why.
CREATE OR REPLACE VIEW written_off AS
SELECT entry.statement_id AS off_id, published.published_at AS off_at, told.asked_by AS off_by, told.reason AS off_reason
FROM (SELECT DISTINCT run_seq, statement_id FROM ledger_entry WHERE kind = 'write-off') AS entry
INNER JOIN publication AS published ON published.run_seq = entry.run_seq
LEFT ANY JOIN current_run AS told ON told.run_seq = entry.run_seq;
