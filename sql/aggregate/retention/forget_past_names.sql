-- Lets go of an account's events that came too late and were left behind by a crash.
-- Params  account_id String
-- Rows    none
-- Why     they are compared and let go of at once; what a crash left behind would keep the names in it
ALTER TABLE past_event DELETE WHERE account_id = {account_id:String} SETTINGS mutations_sync = 1
