-- Replaces what a refused message said, and why it was refused.
-- Params  quarantine_id, raw, reason String
-- Rows    none
-- Why     a refused message is kept without the names that were in it
ALTER TABLE quarantine UPDATE raw = {raw:String}, reason = {reason:String}
WHERE quarantine_id = {quarantine_id:String} SETTINGS mutations_sync = 1
