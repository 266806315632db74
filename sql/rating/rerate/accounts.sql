-- What statements came to before and after a rating run: its totals per currency, or a page of the accounts whose lines changed.
-- Params  run_seq UInt64, period String
-- Params  is_total UInt8                                        1 = totals
-- Params  account_ids Array(String)                             empty = all
-- Params  after_account, after_payer, after_currency String     key of the last row of the former page; after_account '' = first page
-- Params  limit UInt32
-- Rows    currency, payer_account_id, account_id String, amount_before, amount_after, exact_before, exact_after Decimal(76, 9), differences of both, lines_added,
--         lines_removed, lines_changed UInt64
-- Why     paged by the table's own key
SELECT currency, payer_account_id, account_id, amount_before, amount_after, amount_after - amount_before AS amount_difference,
  exact_before, exact_after, exact_after - exact_before AS exact_difference, lines_added, lines_removed, lines_changed
FROM rerated_account
WHERE period = {period:String} AND run_seq = {run_seq:UInt64} AND (account_id = '') = {is_total:UInt8}
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND ({after_account:String} = '' OR (account_id, payer_account_id, currency) > ({after_account:String}, {after_payer:String}, {after_currency:String}))
ORDER BY account_id, payer_account_id, currency
LIMIT {limit:UInt32}
