-- All versions of rate cards in the state in which they were at an instant.
-- Params  at_ms Int64   Unix ms UTC; -1 = before all
-- Rows    as sql/rating/rate_cards.sql
-- Why     what was written later does not count where a month had been closed, whatever it says of its own validity
SELECT rate_card_id, version, revision, state, name, currency, toUnixTimestamp64Milli(valid_from) AS valid_from_ms,
  toUnixTimestamp64Milli(valid_to) AS valid_to_ms, tariffs, charges, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM (
  SELECT * FROM rate_card
  WHERE toUnixTimestamp64Milli(changed_at) <= {at_ms:Int64}
    AND fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  ORDER BY rate_card_id, version, fence DESC, revision DESC LIMIT 1 BY rate_card_id, version
)
ORDER BY rate_card_id, version
