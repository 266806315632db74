-- What rating stands on: the truth of usage with its ids (usage_record_id_of: 03_truth.sql), parts cut at price changes, what is published.
-- as_of: the highest run that counts. from_ms, to_ms: bounds on window_start, Unix ms UTC, half-open.

-- The id of a payer's statement of a period: of the currency it pays in, or of another one that stands apart. It says nothing of the run: a
-- bill made again keeps its id. This is the one place that says what it is.
CREATE OR REPLACE FUNCTION statement_id_of AS (payer_account_id, period, apart) ->
  concat('st_', replaceOne(period, '-', ''), '_',
    lower(hex(if(apart = '', sipHash128(payer_account_id, period), sipHash128(payer_account_id, period, apart)))));

-- The month that is in the id of a statement, or of a credit note.
CREATE OR REPLACE FUNCTION month_of_statement AS (statement_id) -> concat(substring(statement_id, 4, 4), '-', substring(statement_id, 8, 2));

-- What a rating run rates: published rows, and those of the dry run it rates on top of them (scratch_projection: none, unless it is a
-- dry run itself). Not what came after the month was closed (scratch_late_usage); and of some accounts alone, where the run rates no
-- others (scratch_rating_scope). Mostly all three are empty.
CREATE OR REPLACE VIEW rated_usage AS
SELECT * FROM usage_record
WHERE (run_seq IN (SELECT run_seq FROM scratch_projection) OR run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64}))
  AND ((SELECT count() FROM scratch_late_usage) = 0 OR (toString(account_id), run_seq) NOT IN (SELECT account_id, run_seq FROM scratch_late_usage))
  AND ((SELECT count() FROM scratch_rating_scope) = 0 OR account_id IN (SELECT account_id FROM scratch_rating_scope));

CREATE OR REPLACE VIEW rated_slice AS
SELECT * FROM slice
WHERE (run_seq IN (SELECT run_seq FROM scratch_projection) OR run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64}))
  AND ((SELECT count() FROM scratch_late_usage) = 0 OR (toString(account_id), run_seq) NOT IN (SELECT account_id, run_seq FROM scratch_late_usage))
  AND ((SELECT count() FROM scratch_rating_scope) = 0 OR account_id IN (SELECT account_id FROM scratch_rating_scope));

-- The same rows of usage with their ids.
CREATE OR REPLACE VIEW identified_usage AS
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity, duration_ms, slices, first_at, last_at,
  usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end) AS usage_record_id
FROM rated_usage(as_of = {as_of:UInt64})
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC');

-- One row per usage record as it stands. Only keys that a later run took back (sign -1) are summed: all others have one row,
-- so without corrections this costs a plain read.
CREATE OR REPLACE VIEW usage_truth AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id, quantity, duration_ms
FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE usage_record_id NOT IN (
  SELECT usage_record_id FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) WHERE sign = -1
)
UNION ALL
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id,
  sum(quantity) AS quantity, sum(duration_ms) AS duration_ms
FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE (account_id, window_start) IN (
    SELECT account_id, window_start FROM rated_usage(as_of = {as_of:UInt64})
    WHERE sign = -1
      AND window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  )
  AND usage_record_id IN (
    SELECT usage_record_id FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) WHERE sign = -1
  )
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id
HAVING sum(sign) > 0;

-- Whether a price may change inside a window: an instant of `cuts` (0 before them all) lies strictly within. A search by halves, not a
-- look at each of them: a band of each night has sixty.
CREATE OR REPLACE FUNCTION is_cut_inside AS (cuts, window_start, window_end) ->
  roundDown(toUnixTimestamp64Milli(window_end) - 1, cuts) > toUnixTimestamp64Milli(window_start);

-- What has prices that change within its month, and when.
CREATE OR REPLACE VIEW cut_series AS
SELECT account.account_id AS account_id, price.usage_type AS usage_type, any(price.cuts) AS own_cuts
FROM scratch_rated_account AS account
INNER JOIN scratch_price AS price ON price.plan = account.plan
WHERE notEmpty(price.cuts)
GROUP BY account_id, usage_type;

-- Signed slices of the windows that hold one of the instants `cuts`, of what has such prices: kept ones, and those a record of
-- one slice holds itself.
CREATE OR REPLACE VIEW cut_slice AS
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity,
  toUnixTimestamp64Milli(from_at) AS slice_from_ms, toUnixTimestamp64Milli(to_at) AS slice_to_ms
FROM rated_slice(as_of = {as_of:UInt64})
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (account_id, usage_type) IN (SELECT account_id, usage_type FROM cut_series)
  AND is_cut_inside({cuts:Array(Int64)}, window_start, window_end)
UNION ALL
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity,
  toUnixTimestamp64Milli(first_at), toUnixTimestamp64Milli(last_at)
FROM rated_usage(as_of = {as_of:UInt64})
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND abs(slices) = 1
  AND (account_id, usage_type) IN (SELECT account_id, usage_type FROM cut_series)
  AND is_cut_inside({cuts:Array(Int64)}, window_start, window_end);

-- What of each such slice lies between which two changes of price; edge: from one instant (or the window's start) to the next. The pieces of
-- a slice add up to it, also where its quantity is not the same for every millisecond (a projection's).
CREATE OR REPLACE VIEW cut_piece AS
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, edge,
  if(slice_from_ms >= edge.1 AND slice_to_ms <= edge.2, slice_quantity,
    intDiv(slice_quantity * (least(slice_to_ms, edge.2) - slice_from_ms), slice_to_ms - slice_from_ms)
      - intDiv(slice_quantity * (greatest(slice_from_ms, edge.1) - slice_from_ms), slice_to_ms - slice_from_ms)) AS quantity
FROM (
  SELECT * EXCEPT (quantity), quantity AS slice_quantity,
    arrayFilter(cut -> cut > toUnixTimestamp64Milli(window_start) AND cut < toUnixTimestamp64Milli(window_end), own_cuts) AS inside,
    arrayZip(
      arrayConcat([toUnixTimestamp64Milli(window_start)], inside),
      arrayConcat(inside, [toUnixTimestamp64Milli(window_end)])
    ) AS segments
  FROM cut_slice(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)})
  INNER JOIN (SELECT account_id AS owner, usage_type AS priced_type, own_cuts FROM cut_series) AS priced ON owner = account_id AND priced_type = usage_type
)
ARRAY JOIN segments AS edge
WHERE slice_from_ms < edge.2 AND slice_to_ms > edge.1;

-- Usage records, those of windows in which a price changes cut there on their slices, never pro rata. cuts: 0, then all such instants;
-- a record is cut at those of its own plan and usage type alone. Needs scratch_rated_account and scratch_price.
CREATE OR REPLACE VIEW usage_part AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id, window_start AS part_start, quantity
FROM usage_truth(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE NOT (
  is_cut_inside({cuts:Array(Int64)}, window_start, window_end)
  AND (account_id, usage_type) IN (SELECT account_id, usage_type FROM cut_series)
)
UNION ALL
SELECT account_id, usage_type, resource, part, shape, window_start, window_end,
  usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end) AS usage_record_id,
  fromUnixTimestamp64Milli(edge.1, 'UTC') AS part_start, sum(quantity) AS quantity
FROM cut_piece(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)})
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, edge
HAVING sum(sign) > 0;

-- The prices that may hold for a class of shapes of a plan and usage type. One that gives way to others of its tariff does so where
-- the class matches one of theirs.
CREATE OR REPLACE VIEW candidate_price AS
SELECT plan, usage_type, class, groupArray((price_no, series_no)) AS price_nos, groupArray(schedule_no) AS schedule_nos,
  max(schedule_no) AS scheduled
FROM scratch_price
INNER JOIN scratch_class_condition AS met ON met.condition_no = scratch_price.condition_no
WHERE matched = 1 AND (price_no, class) NOT IN (
  SELECT price_no, class
  FROM (SELECT price_no, arrayJoin(except_conditions) AS except_no FROM scratch_price) AS excepting
  INNER JOIN scratch_class_condition AS other ON other.condition_no = except_no
)
GROUP BY plan, usage_type, class;

-- Usage (parts) of the accounts' months, once for each price that holds for it; price_no 0 = none does. Needs all scratch of rating.
CREATE OR REPLACE VIEW priced_part AS
SELECT resource, part, shape, window_start, window_end, usage_record_id, part_start, usage_type, account_no, payer_no, quantity,
  arrayJoin(if(empty(holding), [(toUInt32(0), toUInt32(0))], holding)) AS price, price.1 AS price_no, price.2 AS series_no
FROM (
  SELECT *,
    toUInt32(transform(roundDown(toUnixTimestamp64Milli(part_start), {cuts:Array(Int64)}), {cuts:Array(Int64)}, arrayEnumerate({cuts:Array(Int64)}), toUInt32(0))) AS epoch,
    if(scheduled = 0, price_nos,
      arrayFilter((numbers, schedule_no) -> schedule_no = 0 OR (schedule_no, epoch) IN (SELECT schedule_no, epoch FROM scratch_schedule), price_nos, schedule_nos)) AS holding
  FROM usage_part(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}) AS usage_part
  ANY LEFT JOIN (SELECT account_no, account_id AS owner, payer_no, plan, start_at, end_at FROM scratch_rated_account) AS account ON owner = account_id
  ANY LEFT JOIN (SELECT shape AS classed, class FROM scratch_shape_class) AS classes ON classed = shape
  ANY LEFT JOIN (
    SELECT plan AS priced_plan, usage_type AS priced_type, class AS priced_class, price_nos, schedule_nos, scheduled FROM candidate_price
  ) AS candidate ON priced_plan = plan AND priced_type = usage_type AND priced_class = class
  WHERE window_start >= start_at AND window_start < end_at
);

-- What was used, summed by all that decides its price: account, usage type, shape and between which instants. `edges`: `cuts`, and where
-- months of accounts begin and end, so that a sum lies wholly in a month or out of it. Signed rows are summed as they were published:
-- no ids, no look at what took what back. usage_types: empty = all.
CREATE OR REPLACE VIEW usage_sum AS
SELECT account_id, usage_type, shape, bucket, sum(quantity) AS quantity
FROM (
  SELECT sign, account_id, usage_type, shape, quantity, roundDown(toUnixTimestamp64Milli(window_start), {edges:Array(Int64)}) AS bucket
  FROM rated_usage(as_of = {as_of:UInt64})
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (empty({usage_types:Array(UInt16)}) OR has({usage_types:Array(UInt16)}, usage_type))
    AND NOT (
      is_cut_inside({cuts:Array(Int64)}, window_start, window_end)
      AND (account_id, usage_type) IN (SELECT account_id, usage_type FROM cut_series)
    )
  UNION ALL
  SELECT sign, account_id, usage_type, shape, quantity, roundDown(edge.1, {edges:Array(Int64)}) AS bucket
  FROM cut_piece(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)})
  WHERE empty({usage_types:Array(UInt16)}) OR has({usage_types:Array(UInt16)}, usage_type)
)
GROUP BY account_id, usage_type, shape, bucket
HAVING sum(sign) > 0;

-- The sums of the accounts' months, once for each price that holds for them, as priced_part has the parts; began: not after the first of them.
CREATE OR REPLACE VIEW priced_sum AS
SELECT account_no, payer_no, usage_type, began, quantity,
  arrayJoin(if(empty(holding), [(toUInt32(0), toUInt32(0))], holding)) AS price, price.1 AS price_no, price.2 AS series_no
FROM (
  SELECT *, bucket AS began,
    toUInt32(transform(roundDown(bucket, {cuts:Array(Int64)}), {cuts:Array(Int64)}, arrayEnumerate({cuts:Array(Int64)}), toUInt32(0))) AS epoch,
    if(scheduled = 0, price_nos,
      arrayFilter((numbers, schedule_no) -> schedule_no = 0 OR (schedule_no, epoch) IN (SELECT schedule_no, epoch FROM scratch_schedule), price_nos, schedule_nos)) AS holding
  FROM usage_sum(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}, edges = {edges:Array(Int64)}, usage_types = {usage_types:Array(UInt16)}) AS usage_sum
  INNER JOIN (SELECT account_no, account_id AS owner, payer_no, plan, start_at, end_at FROM scratch_rated_account) AS account ON owner = account_id
  ANY LEFT JOIN (SELECT shape AS classed, class FROM scratch_shape_class) AS classes ON classed = shape
  ANY LEFT JOIN (
    SELECT plan AS priced_plan, usage_type AS priced_type, class AS priced_class, price_nos, schedule_nos, scheduled FROM candidate_price
  ) AS candidate ON priced_plan = plan AND priced_type = usage_type AND priced_class = class
  WHERE bucket >= toUnixTimestamp64Milli(start_at) AND bucket < toUnixTimestamp64Milli(end_at)
);

-- What statement lines say of a tariff's tiers, for a plan; plan 0: of what no tariff prices.
CREATE OR REPLACE VIEW price_tier AS
SELECT plan, tariff_id, tariff_version, tier, any(name) AS name, any(label) AS label, any(unit) AS unit, any(unit_base) AS unit_base, any(unit_price) AS unit_price
FROM (
  SELECT plan, tariff_id, tariff_version, name, unit, unit_base, tier, label, unit_price
  FROM scratch_price ARRAY JOIN tiers AS tier, labels AS label, unit_prices AS unit_price
)
GROUP BY plan, tariff_id, tariff_version, tier;

-- Accounts that used something in the range, each with its payer, the payer's currency, its and the payer's zones over time (as
-- zone_of_account writes them) and its cards (scratch_account_card: laid out before); of who closed the month, as it stood then. The system
-- account is metered and never billed.
CREATE OR REPLACE VIEW rated_account AS
SELECT used.account_id AS account_id,
  multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(used.account_id), account.payer_account_id) AS payer_account_id,
  multiIf(closed.account_id != '', toString(closed.currency), payer.currency = '', {default_currency:String}, toString(payer.currency)) AS currency,
  multiIf(zoned.timeline != '', zoned.timeline, account.time_zone = '', concat('0 ', {default_zone:String}), concat('0 ', account.time_zone)) AS timeline,
  multiIf(payer_zoned.timeline != '', payer_zoned.timeline, payer.time_zone = '', concat('0 ', {default_zone:String}), concat('0 ', payer.time_zone)) AS payer_timeline,
  if(carded.rate_card_id = '', {default_card:String}, carded.rate_card_id) AS rate_card_id
FROM (
  SELECT DISTINCT account_id FROM rated_usage(as_of = {as_of:UInt64})
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
) AS used
LEFT JOIN scratch_closed_account AS closed ON closed.account_id = used.account_id
LEFT JOIN current_account AS account ON account.account_id = used.account_id
LEFT JOIN current_account AS payer
  ON payer.account_id = multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(used.account_id), account.payer_account_id)
LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = used.account_id
LEFT JOIN scratch_account_card AS carded ON carded.account_id = used.account_id
LEFT JOIN zone_of_account(run_seq = 0) AS payer_zoned
  ON payer_zoned.account_id = multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(used.account_id), account.payer_account_id)
WHERE account.kind != 'system';

-- The rating run whose rows count, per period.
CREATE OR REPLACE VIEW current_rating AS
SELECT period, max(run_seq) AS rating_seq FROM published_run WHERE kind = 'rate' GROUP BY period;
