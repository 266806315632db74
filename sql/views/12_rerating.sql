-- What two ratings of a period say differently.

-- What a billing record says, as a hash: whom it charges in which currency for which part of which usage record, by which tariff, component and
-- tier, how much and at what amount. Not what led there alone: its place in the running sum (c0, c1), the number of the tariff's version.
CREATE OR REPLACE FUNCTION billed_as AS (usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) ->
  sipHash128(concat(
    reinterpretAsFixedString(usage_record_id), reinterpretAsFixedString(toUnixTimestamp64Milli(part_start)), reinterpretAsFixedString(tier),
    reinterpretAsFixedString(quantity), reinterpretAsFixedString(reinterpret(amount, 'Int128')),
    currency, '\n', tariff_id, '\n', component, '\n', payer_account_id));

-- The same in a quarter of the time, for sums over many: names are hashed once each, not once a record (measured).
CREATE OR REPLACE FUNCTION billed_in_brief AS (usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) ->
  cityHash64(usage_record_id, part_start, tier, quantity, amount,
    cityHash64(payer_account_id), cityHash64(currency), cityHash64(tariff_id), cityHash64(component));

-- Records of two runs of a period that the other does not have just so, of the accounts in scratch_rerated_account and the part of their usage
-- records whose id ends in the bits `slice` under `mask`. A record is in a run once, so what is found once in both together differs: nothing is
-- joined, and memory holds the hashes of one part. Whose records they are is asked first: hashing all others took as long again (measured).
CREATE OR REPLACE VIEW differing_record AS
SELECT *, run_seq = {new_seq:UInt64} AS is_new
FROM billing_record
PREWHERE period = {period:String} AND run_seq IN ({old_seq:UInt64}, {new_seq:UInt64})
  AND account_id IN (SELECT account_id FROM scratch_rerated_account)
WHERE bitAnd(usage_record_id, {mask:UInt32}) = {slice:UInt32}
  AND billed_as(usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) IN (
    SELECT billed_as(usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) AS said
    FROM billing_record
    PREWHERE period = {period:String} AND run_seq IN ({old_seq:UInt64}, {new_seq:UInt64})
      AND account_id IN (SELECT account_id FROM scratch_rerated_account)
    WHERE bitAnd(usage_record_id, {mask:UInt32}) = {slice:UInt32}
    GROUP BY said
    HAVING count() = 1
  );
