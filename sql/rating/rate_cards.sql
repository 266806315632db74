-- Rate cards as they stand, by id.
-- Params  rate_card_id String   '' = all
-- Rows    rate_card_id, version, name, currency, changed_ms, changed_by
-- Why     a card counts from its own row on, which is written after its tariffs
SELECT rate_card_id, version, name, currency, toUnixTimestamp64Milli(changed_at) AS changed_ms, changed_by
FROM current_rate_card
WHERE {rate_card_id:String} = '' OR rate_card_id = {rate_card_id:String}
ORDER BY rate_card_id
