-- Keeps what the statements of a period came to before and after a run: per currency, and per account whose lines changed.
-- Params  run_seq, former_seq UInt64, period String
-- Rows    none
-- Why     a line is the same where payer, account, tariff, tier or charge are: its number moves when others come, and a version of a tariff splits it.
--         One that corrects a closed month is another for each such month and kind of line. Sums are wider than any number of lines can fill (P9)
INSERT INTO rerated_account (run_seq, period, currency, payer_account_id, account_id, amount_before, amount_after, exact_before, exact_after,
  lines_added, lines_removed, lines_changed)
SELECT {run_seq:UInt64}, {period:String}, currency, payer_account_id, account_id, sum(amount_was), sum(amount_is), sum(exact_was), sum(exact_is),
  countIf(was = 0) AS added, countIf(is = 0) AS removed, countIf(was > 0 AND is > 0 AND (amount_was, sum_was, quantity_was) != (amount_is, sum_is, quantity_is)) AS changed
FROM (
  SELECT toString(statement_line.currency) AS currency, payer_account_id, account_id,
    countIf(run_seq = {former_seq:UInt64}) AS was, countIf(run_seq = {run_seq:UInt64}) AS is,
    sumIf(toDecimal256(statement_line.amount, 9), run_seq = {former_seq:UInt64}) AS amount_was,
    sumIf(toDecimal256(statement_line.amount, 9), run_seq = {run_seq:UInt64}) AS amount_is,
    sumIf(toDecimal256(exact_amount, 9), run_seq = {former_seq:UInt64}) AS sum_was,
    sumIf(toDecimal256(exact_amount, 9), run_seq = {run_seq:UInt64}) AS sum_is,
    if(kind IN ('usage', 'unrated'), sum_was, 0) AS exact_was, if(kind IN ('usage', 'unrated'), sum_is, 0) AS exact_is,
    sumIf(quantity, run_seq = {former_seq:UInt64}) AS quantity_was, sumIf(quantity, run_seq = {run_seq:UInt64}) AS quantity_is
  FROM statement_line
  WHERE period = {period:String} AND run_seq IN ({former_seq:UInt64}, {run_seq:UInt64})
  GROUP BY currency, payer_account_id, account_id, scope, kind, usage_type, tariff_id, component, tier, rate_card_id, charge_id, adjusts_period, adjusts_kind
)
GROUP BY GROUPING SETS ((currency), (currency, payer_account_id, account_id))
HAVING account_id = '' OR added + removed + changed > 0
