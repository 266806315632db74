-- All versions of rate cards in their present state.
-- Params  rate_card_id String   '' = all
-- Rows    rate_card_id, version, revision, state, name, currency, valid_from_ms, valid_to_ms, tariffs, charges, changed_ms, changed_by
-- Why     a version is one row with all it says, so that it is never half there
SELECT rate_card_id, version, revision, state, name, currency, toUnixTimestamp64Milli(valid_from) AS valid_from_ms,
  toUnixTimestamp64Milli(valid_to) AS valid_to_ms, tariffs, charges, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM rate_card_version
WHERE {rate_card_id:String} = '' OR rate_card_id = {rate_card_id:String}
ORDER BY rate_card_id, version
