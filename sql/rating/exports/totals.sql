-- What each statement and document of a month comes to, which exports are held to.
-- Params  export_id String, part, parts UInt32   what was laid out for it; of so many parts this one, from 0
-- Rows    statement_id, payer_account_id, currency, net, payable
-- Why     of drafts the sum of their lines, of documents what they say themselves
SELECT statement_id, any(payer_account_id) AS payer_account_id, any(currency) AS currency, sum(own_net) AS net, sum(own_payable) AS payable
FROM (
  SELECT statement_id, payer_account_id, currency, as_nano(rounded) AS own_net, own_net AS own_payable FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) WHERE run_seq = 0
  UNION ALL
  SELECT statement_id, payer_account_id, currency, net, total FROM export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
  UNION ALL
  SELECT draw.statement_id, document.payer_account_id, document.currency, toDecimal128(0, 9), -draw.amount FROM export_draw(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS draw
  INNER JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = draw.run_seq AND document.statement_id = draw.statement_id
)
GROUP BY statement_id
HAVING net != 0 OR payable != 0
