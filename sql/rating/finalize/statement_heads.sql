-- Which statements of a period there are: drafts of the rating run that counts, and documents that were issued.
-- Params  period, id, payer_account_id String          '' = any
-- Params  after, after_currency, after_id String       the statement before: its payer, currency and id
-- Params  within Array(String)   the payers that may be seen, none = all
-- Params  limit UInt32
-- Rows    id, payer_account_id, currency String, is_draft UInt8
-- Why     a draft gives way to the document that was made of it, which has its id, so it keeps its place in the list
WITH drafts AS (
  SELECT DISTINCT payer_account_id, toString(currency) AS currency, statement_id_of(payer_account_id, {period:String}, toString(apart)) AS id
  FROM statement_line
  WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
    AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String}) AND payer_account_id >= {after:String}
    AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)})
),
issued AS (
  SELECT payer_account_id, toString(currency) AS currency, statement_id AS id
  FROM issued_document
  WHERE period = {period:String} AND ({payer_account_id:String} = '' OR payer_account_id = {payer_account_id:String})
    AND payer_account_id >= {after:String} AND (empty({within:Array(String)}) OR payer_account_id IN {within:Array(String)})
)
SELECT id, payer_account_id, currency, is_draft
FROM (
  SELECT id, payer_account_id, currency, toUInt8(1) AS is_draft FROM drafts WHERE id NOT IN (SELECT id FROM issued)
  UNION ALL
  SELECT id, payer_account_id, currency, toUInt8(0) AS is_draft FROM issued
)
WHERE ({id:String} = '' OR id = {id:String}) AND (payer_account_id, currency, id) > ({after:String}, {after_currency:String}, {after_id:String})
ORDER BY payer_account_id, currency, id
LIMIT {limit:UInt32}
