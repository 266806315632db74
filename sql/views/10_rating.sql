-- What rating stands on: the truth of usage with its ids (usage_record_id_of: 03_truth.sql), parts cut at price changes, tariffs of current cards, what is published.
-- as_of: the highest run that counts. from_ms, to_ms: bounds on window_start, Unix ms UTC, half-open.

-- Published rows of usage with their ids.
CREATE OR REPLACE VIEW identified_usage AS
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity, duration_ms, slices, first_at, last_at,
  usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end) AS usage_record_id
FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0)
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
    SELECT account_id, window_start FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0)
    WHERE sign = -1
      AND window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  )
  AND usage_record_id IN (
    SELECT usage_record_id FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) WHERE sign = -1
  )
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id
HAVING sum(sign) > 0;

-- Signed slices of the windows that hold one of the instants `cuts`: kept ones, and those a record of one slice holds itself.
CREATE OR REPLACE VIEW cut_slice AS
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity,
  toUnixTimestamp64Milli(from_at) AS slice_from_ms, toUnixTimestamp64Milli(to_at) AS slice_to_ms
FROM published_slice(as_of = {as_of:UInt64}, live_seq = 0)
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND arrayExists(cut -> cut > toUnixTimestamp64Milli(window_start) AND cut < toUnixTimestamp64Milli(window_end), {cuts:Array(Int64)})
UNION ALL
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity,
  toUnixTimestamp64Milli(first_at), toUnixTimestamp64Milli(last_at)
FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0)
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND abs(slices) = 1
  AND arrayExists(cut -> cut > toUnixTimestamp64Milli(window_start) AND cut < toUnixTimestamp64Milli(window_end), {cuts:Array(Int64)});

-- Usage records, those of windows in which a price changes cut there on their slices, never pro rata. cuts: all such instants;
-- a record is cut at those of its own plan and usage type alone. Needs scratch_rated_account and scratch_price.
CREATE OR REPLACE VIEW usage_part AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id, window_start AS part_start, quantity
FROM usage_truth(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE NOT arrayExists(cut -> cut > toUnixTimestamp64Milli(window_start) AND cut < toUnixTimestamp64Milli(window_end), {cuts:Array(Int64)})
UNION ALL
SELECT account_id, usage_type, resource, part, shape, window_start, window_end,
  usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end) AS usage_record_id,
  fromUnixTimestamp64Milli(edge.1, 'UTC') AS part_start,
  sum(intDiv(quantity, slice_to_ms - slice_from_ms) * (least(slice_to_ms, edge.2) - greatest(slice_from_ms, edge.1))) AS quantity
FROM (
  SELECT *,
    arrayFilter(cut -> cut > toUnixTimestamp64Milli(window_start) AND cut < toUnixTimestamp64Milli(window_end), own_cuts) AS inside,
    arrayZip(
      arrayConcat([toUnixTimestamp64Milli(window_start)], inside),
      arrayConcat(inside, [toUnixTimestamp64Milli(window_end)])
    ) AS segments
  FROM cut_slice(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)})
  LEFT JOIN (
    SELECT account.account_id AS owner, price.usage_type AS priced_type, any(price.cuts) AS own_cuts
    FROM scratch_rated_account AS account INNER JOIN scratch_price AS price ON price.plan = account.plan
    GROUP BY owner, priced_type
  ) AS priced ON owner = account_id AND priced_type = usage_type
)
ARRAY JOIN segments AS edge
WHERE slice_from_ms < edge.2 AND slice_to_ms > edge.1
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, edge
HAVING sum(sign) > 0;

-- Tariffs that count: those of the present version of their card.
CREATE OR REPLACE VIEW card_tariff AS
SELECT * FROM tariff WHERE (rate_card_id, version) IN (SELECT rate_card_id, version FROM current_rate_card);

-- Accounts that used something in the range, each with its payer, the payer's currency, its zones over time (as zone_of_account
-- writes them) and its card. The system account is metered and never billed.
CREATE OR REPLACE VIEW rated_account AS
SELECT used.account_id AS account_id,
  if(account.payer_account_id = '', toString(used.account_id), account.payer_account_id) AS payer_account_id,
  if(payer.currency = '', {default_currency:String}, toString(payer.currency)) AS currency,
  multiIf(zoned.timeline != '', zoned.timeline, account.time_zone = '', concat('0 ', {default_zone:String}), concat('0 ', account.time_zone)) AS timeline,
  if(account.rate_card_id = '', {default_card:String}, account.rate_card_id) AS rate_card_id
FROM (
  SELECT DISTINCT account_id FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0)
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
) AS used
LEFT JOIN current_account AS account ON account.account_id = used.account_id
LEFT JOIN current_account AS payer
  ON payer.account_id = if(account.payer_account_id = '', toString(used.account_id), account.payer_account_id)
LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = used.account_id
WHERE account.kind != 'system';

-- The rating run whose rows count, per period.
CREATE OR REPLACE VIEW current_rating AS
SELECT period, max(run_seq) AS rating_seq FROM published_run WHERE kind = 'rate' GROUP BY period;
