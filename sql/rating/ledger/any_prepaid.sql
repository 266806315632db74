-- Whether any account is, or ever was, a prepaid one.
-- Params  none
-- Rows    there UInt8
-- Why     mostly there is none, and then no balance need be summed
SELECT count() > 0 AS there FROM (SELECT 1 FROM account WHERE payment = 'prepaid' LIMIT 1)
