-- How many records two runs have together of the accounts in which they differ.
-- Params  none
-- Rows    records UInt64
-- Why     so many are compared one by one, in parts of a size that memory holds
SELECT sum(records) AS records FROM scratch_rerated_account
