-- Forecasts, and budgets that notice what a month comes to.

-- Scratch of the one rating run that holds the lease: the dry run of aggregation whose rows it rates on top of what is published.
-- Empty = published usage alone, which is what every bill is made of.
CREATE TABLE IF NOT EXISTS scratch_projection (run_seq UInt64) ENGINE = Memory;

-- Versions of budgets. scope: whether owner_id is a payer with all it pays for, or one account. amount: a decimal in the currency.
-- thresholds: JSON (rating/budgets/budget.ts). state: active or deleted.
CREATE TABLE IF NOT EXISTS budget (
  fence UInt64,
  budget_id String,
  version UInt64,
  name String,
  scope LowCardinality(String),
  owner_id String,
  currency LowCardinality(String),
  amount String,
  period LowCardinality(String),
  thresholds String,
  state LowCardinality(String),
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (budget_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What became of thresholds, one row per turn of each: reached at the first run that says so, no-longer once one says less, and so on.
-- notice_id: a hash of budget, version, month and threshold, so a threshold is noticed once however often it is worked out.
CREATE TABLE IF NOT EXISTS budget_notice (
  fence UInt64,
  notice_id String,
  turn UInt32,
  state LowCardinality(String),
  budget_id String,
  version UInt64,
  period LowCardinality(String),
  percent String,
  of LowCardinality(String),
  currency LowCardinality(String),
  limit_amount String,
  amount String,
  run_id String,
  run_seq UInt64,
  noticed_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (budget_id, period, notice_id, turn)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Which rating runs budgets were held against. budgets: how many versions of budgets there were then; a later one is looked at, too.
CREATE TABLE IF NOT EXISTS budget_check (
  period LowCardinality(String),
  run_seq UInt64,
  budgets UInt64,
  checked_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (period, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
