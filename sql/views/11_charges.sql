-- What charges of a statement stand on: who is on which card and since when, and whose lines each line is among.

-- All accounts that are billed, whether they used something or not, with the spans in which each was there: from its first version, or
-- its first use in the range where that came before, to where it was deleted. Payer, currency, zones and cards as rated_account has them. Not who came to
-- a payer after he had closed the month: on that statement nothing is of it.
CREATE OR REPLACE VIEW charged_account AS
SELECT known.account_id AS account_id,
  multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(known.account_id), account.payer_account_id) AS payer_account_id,
  multiIf(closed.account_id != '', toString(closed.currency), payer.currency = '', {default_currency:String}, toString(payer.currency)) AS currency,
  multiIf(zoned.timeline != '', zoned.timeline, account.time_zone = '', concat('0 ', {default_zone:String}), concat('0 ', account.time_zone)) AS timeline,
  if(carded.rate_card_id = '', {default_card:String}, carded.rate_card_id) AS rate_card_id,
  arrayConcat([arrayMin(known.versions.3)], arrayPopFront(known.versions.3)) AS told,
  arrayFilter((from_ms, version) -> version.4 = 1, told, known.versions) AS froms,
  arrayFilter((to_ms, version) -> version.4 = 1, arrayPushBack(arrayPopFront(told), toInt64(9223372036854775807)), known.versions) AS tos
FROM (
  SELECT account_id, arraySort(groupArray((fence, version, told_ms, active))) AS versions
  FROM (
    SELECT account.account_id AS account_id, fence, version, toUnixTimestamp64Milli(changed_at) AS told_ms, toUInt8(state = 'active') AS active
    FROM account
    WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
    UNION ALL
    SELECT toString(used.account_id) AS account_id, toUInt64(0), toUInt64(0), toUnixTimestamp64Milli(min(first_at)), toUInt8(1)
    FROM rated_usage(as_of = {as_of:UInt64}) AS used
    WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AND sign = 1
      AND toString(used.account_id) NOT IN (SELECT account.account_id FROM account WHERE changed_at <= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
    GROUP BY account_id
  )
  GROUP BY account_id
) AS known
LEFT JOIN scratch_closed_account AS closed ON closed.account_id = known.account_id
LEFT JOIN current_account AS account ON account.account_id = known.account_id
LEFT JOIN current_account AS payer
  ON payer.account_id = multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(known.account_id), account.payer_account_id)
LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = known.account_id
LEFT JOIN scratch_account_card AS carded ON carded.account_id = known.account_id
WHERE account.kind != 'system' AND (closed.account_id = '' OR closed.cut_seq != 0)
  AND ((SELECT count() FROM scratch_rating_scope) = 0 OR known.account_id IN (SELECT account_id FROM scratch_rating_scope));

-- Each line of a run by who owns it: an account its own, a payer all that are on its statement.
CREATE OR REPLACE VIEW owned_line AS
SELECT owner.1 AS owner_scope, owner.2 AS owner_id, payer_account_id, account_id, scope AS line_scope, line, kind AS line_kind,
  component AS line_component, usage_type, toInt256(reinterpret(statement_line.amount, 'Int128')) AS amount
FROM statement_line
ARRAY JOIN arrayConcat([('payer', payer_account_id)], if(scope = 'account', [('account', account_id)], [])) AS owner
WHERE period = {period:String} AND run_seq = {run_seq:UInt64};

-- The charges of a step and whom they are due from.
CREATE OR REPLACE VIEW due_charge AS
SELECT due.charge_no AS charge_no, due.scope AS scope, due.owner_id AS owner_id, due.payer_account_id AS payer_account_id,
  due.threshold AS threshold, due.days AS days, due.of_days AS of_days,
  charge.rate_card_id AS rate_card_id, charge.charge_id AS charge_id, charge.charge_version AS charge_version, charge.name AS name,
  charge.kind AS kind, charge.currency AS currency, charge.minor AS minor, charge.component AS component, charge.components AS components,
  charge.usage_types AS usage_types, charge.percent AS percent, charge.factor AS factor
FROM scratch_due AS due
INNER JOIN scratch_charge AS charge ON charge.charge_no = due.charge_no
WHERE due.step = {step:UInt32};
