-- Keeps what cumulative quantities cost in a rating run: everybody's curves, and those that are an account's own.
-- Params  run_seq UInt64, period String
-- Rows    none
-- Why     a volume's tier and a pool's shares are decided by the whole period's use; read again later they would be others
INSERT INTO rating_curve
SELECT {run_seq:UInt64}, {period:String}, curve_no, '', tiers, lows, highs, rates, step_base, denominator
FROM scratch_curve
WHERE curve_no IN (SELECT price_no FROM scratch_price WHERE price_no != 0)
UNION ALL
SELECT {run_seq:UInt64}, {period:String}, owned.price_no, account.account_id, curve.tiers, curve.lows, curve.highs, curve.rates, curve.step_base, curve.denominator
FROM scratch_series AS owned
INNER JOIN scratch_curve AS curve ON curve.curve_no = owned.curve_no
INNER JOIN scratch_rated_account AS account ON account.account_no = owned.account_no
