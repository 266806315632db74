-- Forgets the names of an account's resources.
-- Params  account_id String
-- Rows    none
-- Why     a name is a label: records, statements and ids stand without it
ALTER TABLE resource_name DELETE WHERE account_id = {account_id:String} SETTINGS mutations_sync = 1
