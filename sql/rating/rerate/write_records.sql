-- Keeps what a run says otherwise than the one before: a reversal of each former record that differs, and each new one in its place.
-- Params  run_seq, former_seq UInt64, period String
-- Params  slice, mask UInt32     the part of the usage records whose id ends in these bits under this mask: so that memory stays bounded
-- Rows    none
-- Why     a new row stands in the place of the former one of its usage record and component (or of the unrated one, or it is unrated itself)
--         that was charged where it begins: the same record where there is one, else the tier or stretch it was part of, of several the first
INSERT INTO rerated_record (run_seq, former_seq, period, entry, reversal_id, payer_account_id, account_id, usage_record_id, usage_type, resource, part,
  shape, window_start, window_end, part_start, tariff_id, tariff_version, component, tier, currency, unit, quantity, from_quantity, to_quantity,
  price_from, price_to, amount, state)
SELECT {run_seq:UInt64}, {former_seq:UInt64}, period, if(is_new = 1, 'new', 'reversal') AS entry,
  if(notEmpty(place), concat('rv_', toString({run_seq:UInt64}), '_', lower(hex(usage_record_id)), '_', toString(place[1].3), '_', toString(place[1].4), '_', place[1].5), '')
    AS reversal_id,
  payer_account_id, account_id, usage_record_id, usage_type, resource, part, shape, window_start, window_end, part_start, tariff_id, tariff_version,
  component, tier, currency, unit, if(is_new = 1, quantity, -quantity) AS signed_quantity, from_quantity, to_quantity, price_from, price_to,
  if(is_new = 1, amount, -amount) AS signed_amount, state
FROM (
  SELECT *,
    groupArrayIf((toUnixTimestamp64Milli(part_start), tier, toString(component)), is_new = 0) OVER (PARTITION BY usage_record_id) AS formers,
    if(is_new = 0, [(toUInt8(1), toUInt8(1), toUnixTimestamp64Milli(part_start), tier, toString(component))],
      arraySort(former -> (1 - former.1, 1 - former.2, if(former.2 = 1, -former.3, former.3), former.4 != tier, former.4, former.5),
        arrayMap(former -> (toUInt8(former.3 = component), toUInt8(former.1 <= toUnixTimestamp64Milli(part_start)), former.1, former.2, former.3),
          arrayFilter(former -> former.3 = component OR former.3 = '' OR component = '', formers)))) AS place
  FROM differing_record(period = {period:String}, old_seq = {former_seq:UInt64}, new_seq = {run_seq:UInt64}, slice = {slice:UInt32}, mask = {mask:UInt32})
)
