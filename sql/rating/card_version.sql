-- The version a card is at, and the highest any row of it has.
-- Params  rate_card_id String
-- Rows    present UInt64, highest UInt64
-- Why     tariffs whose card's row was never written must not come to life under a version used again
SELECT max(version) AS present, greatest(present, (SELECT max(version) FROM tariff WHERE rate_card_id = {rate_card_id:String})) AS highest
FROM rate_card
WHERE rate_card_id = {rate_card_id:String}
