-- Writes an archive file anew, without the labels of an account.
-- Params  path, former_path String, structure String, account_id String
-- Params  labels, blank String   where an envelope names, and what is put there
-- Rows    none
-- Why     as erase_event_names.sql, for events that are archived
INSERT INTO FUNCTION file({path:String}, 'Parquet', {structure:String})
SELECT * REPLACE(
  if(account_id = {account_id:String}, '', name) AS name,
  if(account_id = {account_id:String}, '', toString(account)) AS account,
  if(account_id = {account_id:String} AND envelope != '', replaceRegexpAll(envelope, {labels:String}, {blank:String}), envelope) AS envelope)
FROM file({former_path:String}, 'Parquet', {structure:String})
