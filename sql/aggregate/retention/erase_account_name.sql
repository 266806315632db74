-- Gives an account its id for a name, in all versions it had.
-- Params  account_id String
-- Rows    none
-- Why     an account must have a name, and its former ones must not stand in its history
ALTER TABLE account UPDATE name = account_id WHERE account_id = {account_id:String} SETTINGS mutations_sync = 1
