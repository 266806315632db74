-- Tariffs of the present version of rate cards.
-- Params  rate_card_id String   '' = all cards
-- Rows    rate_card_id, tariff_id, name, usage_type, component, currency, unit, model, tiers_up_to, tiers_rate, offerings, zones, valid_from_ms, valid_to_ms
-- Why     a card is put whole, so its tariffs are those of exactly its version
SELECT rate_card_id, tariff_id, name, usage_type, component, currency, unit, model, tiers_up_to, tiers_rate, offerings, zones,
  toUnixTimestamp64Milli(valid_from) AS valid_from_ms, toUnixTimestamp64Milli(valid_to) AS valid_to_ms
FROM card_tariff
WHERE {rate_card_id:String} = '' OR rate_card_id = {rate_card_id:String}
ORDER BY rate_card_id, tariff_id
