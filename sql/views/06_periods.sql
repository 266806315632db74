-- Closed periods and what arrived after them (P8). Nothing is marked when it is written: a published row of run r, account a and
-- window start w is an adjustment if a closing of a with a number below r ends after w. It is booked where the latest such
-- closing ends, which is where the next open period begins. as_of: the highest run that counts; live_seq:
-- a dry run whose rows count too, 0 = none; account_ids: empty = all; from_ms, to_ms: what is asked for, Unix ms UTC, half-open.

CREATE OR REPLACE FUNCTION usage_adjustment_id_of AS (usage_record_id, adjusted_by) ->
  reinterpretAsUInt128(sipHash128(usage_record_id, adjusted_by));

-- Closings that count, an account each. is_member: the closing held the account; 0 = it came to the payer later.
CREATE OR REPLACE VIEW closed_period AS
SELECT *, covered = 0 AS is_member FROM period_close
WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'close');

-- What accounts have said of themselves over time: an entry counts from its instant on, until the account's next. One that a later version
-- came before, as clocks of several machines have it, never counts.
CREATE OR REPLACE VIEW account_over_time AS
SELECT account_id, changed_at, domain, if(payer_account_id = '', account_id, payer_account_id) AS payer, currency, toString(rate_card_id) AS own_card
FROM (
  SELECT account_id, changed_at, domain, payer_account_id, currency, rate_card_id,
    row_number() OVER latest_first AS place,
    min(changed_at) OVER (PARTITION BY account_id ORDER BY fence DESC, version DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS overtaken_at
  FROM account
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
  WINDOW latest_first AS (PARTITION BY account_id ORDER BY fence DESC, version DESC)
)
WHERE place = 1 OR changed_at < overtaken_at;

-- Whose statements a month's use of an account is on, and since which closing: the first one of the month or of a later one that held the account.
-- Accounts without a row are open: they go with whoever pays for them.
CREATE OR REPLACE VIEW settled_account AS
SELECT account_id, argMin(payer_account_id, run_seq) AS payer, min(run_seq) AS settled_seq
FROM closed_period
WHERE toString(closed_period.period) >= {period:String} AND is_member AND account_id != ''
GROUP BY account_id;

-- Up to when an account's periods were closed, closing by closing.
CREATE OR REPLACE VIEW closed_account AS
SELECT account_id, run_seq AS close_seq, max(max(to_at)) OVER (PARTITION BY account_id ORDER BY run_seq) AS closed_to
FROM closed_period
WHERE empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)}
GROUP BY account_id, run_seq;

-- Windows by the runs that wrote them late: late_runs, late_starts (Unix ms UTC), in pairs, as aggregate/reports/late_windows.sql tells them.
CREATE OR REPLACE VIEW late_pair AS
SELECT pair.1 AS run_seq, fromUnixTimestamp64Milli(pair.2, 'UTC') AS window_start
FROM (SELECT arrayJoin(arrayZip({late_runs:Array(UInt64)}, {late_starts:Array(Int64)})) AS pair);

-- Rows of windows that a published run (or a dry one that counts too) wrote when somebody's period that holds them was closed already, the only
-- places where adjustments can be: late_runs, late_starts as of late_pair; not of a run that was heard to fail since. With where they are booked:
-- adjusted_by: the run of an adjustment, 0 = at the time of use, where only other accounts had closed. An adjustment is booked in one instant:
-- [booked_at, booked_end) is one millisecond.
CREATE OR REPLACE VIEW late_usage AS
SELECT usage.run_seq AS run_seq, usage.sign AS sign, usage.account_id AS account_id, usage.window_start AS window_start,
  usage.window_end AS window_end, usage.k AS k, usage.usage_type AS usage_type, usage.resource AS resource, usage.part AS part, usage.shape AS shape,
  usage.quantity AS quantity, usage.duration_ms AS duration_ms, usage.slices AS slices,
  closing.closed_to > usage.window_start AS is_adjustment, if(is_adjustment, usage.run_seq, toUInt64(0)) AS adjusted_by,
  if(is_adjustment, usage.window_start, usage.first_at) AS first_at, if(is_adjustment, usage.window_end, usage.last_at) AS last_at,
  if(is_adjustment, closing.closed_to, usage.window_start) AS booked_at, if(is_adjustment, addMilliseconds(closing.closed_to, 1), usage.window_end) AS booked_end
FROM (
  SELECT *, k FROM usage_record
  WHERE run_seq IN {late_runs:Array(UInt64)} AND run_seq NOT IN (SELECT run_seq FROM run WHERE state = 'failed')
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND window_start IN (SELECT fromUnixTimestamp64Milli(arrayJoin({late_starts:Array(Int64)}), 'UTC'))
    AND (run_seq, window_start) IN (SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}))
) AS usage
ASOF LEFT JOIN closed_account(account_ids = {account_ids:Array(String)}) AS closing ON closing.account_id = usage.account_id AND closing.close_seq < usage.run_seq;

-- Published rows that are used or booked in a span, with where they are booked. Asked only where there may be adjustments: published_usage says
-- the same where there are none, and is faster.
CREATE OR REPLACE VIEW booked_usage AS
SELECT run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at,
  toUInt64(0) AS adjusted_by, window_start AS booked_at, window_end AS booked_end
FROM published_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
WHERE (run_seq, window_start) NOT IN (
  SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
)
UNION ALL
SELECT run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at,
  adjusted_by, booked_at, booked_end
FROM late_usage(account_ids = {account_ids:Array(String)}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)});

-- So many rows of usage as usage_page has them, with whether they adjust a closed period: late_runs, late_starts as of late_pair.
CREATE OR REPLACE VIEW booked_page AS
SELECT page.*, closing.closed_to > page.window_start
  AND (page.run_seq, page.window_start) IN (SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)})) AS is_adjustment
FROM usage_page(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, ends_ms = {ends_ms:Int64}, account_ids = {account_ids:Array(String)}, usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)},
  after_account = {after_account:String}, after_ms = {after_ms:Int64}, after_end_ms = {after_end_ms:Int64}, after_type = {after_type:UInt16}, after_resource = {after_resource:String}, after_part = {after_part:String}, after_shape = {after_shape:String}, rows = {rows:UInt32}) AS page
ASOF LEFT JOIN closed_account(account_ids = {account_ids:Array(String)}) AS closing ON closing.account_id = page.account_id AND closing.close_seq < page.run_seq;

-- Published slices used in a span, without those of adjustments, which are booked whole.
CREATE OR REPLACE VIEW booked_slice AS
SELECT * FROM published_slice(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
WHERE (run_seq, window_start) NOT IN (
  SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
)
UNION ALL
SELECT late.*
FROM (
  SELECT * FROM published_slice(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
  WHERE (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (run_seq, window_start) IN (
      SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    )
) AS late
ASOF LEFT JOIN closed_account(account_ids = {account_ids:Array(String)}) AS closing ON closing.account_id = late.account_id AND closing.close_seq < late.run_seq
WHERE closing.closed_to <= late.window_start;
