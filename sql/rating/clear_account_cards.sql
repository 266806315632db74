-- Empties the cards that a rating run laid out for accounts.
-- Params  none
-- Rows    none
-- Why     scratch belongs to one run at a time; a former period's cards must not count
TRUNCATE TABLE scratch_account_card
