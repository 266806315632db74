-- Finds the accounts some of whose records two runs of a period do not say alike.
-- Params  run_seq, former_seq UInt64, period String
-- Rows    none
-- Why     what both say alike cancels out, so an account costs one number; records are compared one by one in the others alone. Were
--         differences of an account ever to cancel out (2^-64), its sums would tell (check_records.sql)
INSERT INTO scratch_rerated_account (account_id, records)
SELECT account_id, count() AS records
FROM billing_record
WHERE period = {period:String} AND run_seq IN ({former_seq:UInt64}, {run_seq:UInt64})
GROUP BY account_id
HAVING groupBitXor(billed_in_brief(usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component)) != 0
