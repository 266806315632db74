-- Empties the accounts in which two runs differ.
-- Params  none
-- Rows    none
-- Why     scratch of the run that holds the lease: what an earlier one left behind must not be compared
TRUNCATE TABLE scratch_rerated_account
