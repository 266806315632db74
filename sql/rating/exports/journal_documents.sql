-- What the documents that were issued in a month say is booked of them, by what it is and where: owed, no longer unbilled, taxes, credits.
-- Params  from_ms, to_ms Int64, payer String   '' = all payers
-- Rows    kind, statement_id, ledger_account, payer_account_id, currency, amount
-- Why     from the documents and draws themselves, not from the ledger: another way to what the entries of a journal add up to
SELECT kind, statement_id, ledger_account, any(payer_account_id) AS payer_account_id, any(code) AS currency, toString(sum(toDecimal256(booked, 9))) AS amount
FROM (
  SELECT side.1 AS kind, owed_on AS statement_id, side.2 AS ledger_account, payer_account_id, code, side.3 AS booked
  FROM (
    SELECT if(kind = 'credit_note', 'credit-note', 'statement') AS posting, if(kind = 'credit_note', reverses, document.statement_id) AS owed_on, payer_account_id,
      toString(document.currency) AS code, net, tax, total, draw.drawn AS drawn
    FROM issued_document AS document
    INNER JOIN (
      SELECT run_seq AS issued_seq FROM publication
      WHERE published_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND published_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    ) AS issued ON issued_seq = document.run_seq
    LEFT JOIN (
      SELECT run_seq AS draw_seq, statement_id AS drawn_on, sum(amount) AS drawn FROM credit_draw GROUP BY draw_seq, drawn_on
    ) AS draw ON draw_seq = document.run_seq AND drawn_on = document.statement_id
    WHERE {payer:String} = '' OR payer_account_id = {payer:String}
  )
  ARRAY JOIN [(posting, 'receivable', total), (posting, 'unbilled', -net), (posting, 'tax_payable', -tax), ('draw', 'receivable', -drawn)] AS side
)
GROUP BY kind, statement_id, ledger_account
HAVING sum(toDecimal256(booked, 9)) != 0
