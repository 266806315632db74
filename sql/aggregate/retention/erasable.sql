-- What an account's names stand in.
-- Params  account_id String
-- Rows    events, names UInt64
-- Why     whoever asks for an erasure is told how much it was
SELECT
  (SELECT count() FROM event WHERE account_id = {account_id:String} AND (name != '' OR account != '')) AS events,
  (SELECT count() FROM resource_name FINAL WHERE account_id = {account_id:String}) AS names
