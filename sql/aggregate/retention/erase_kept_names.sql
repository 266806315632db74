-- Blanks the names in what is kept of an account's archived events for the core engine.
-- Params  account_id String
-- Rows    none
-- Why     a name that was erased must not come back with the engine's next event
ALTER TABLE engine_horizon UPDATE name = '' WHERE account_id = {account_id:String} SETTINGS mutations_sync = 1
