-- Closed billing periods: a row for each account that a payer's closing holds. It counts once its run is published (P7).
-- [from_at, to_at): the period in the account's zone. bound: how much of the event log the closing had seen; what comes after it
-- is an adjustment. overrides: findings that were overridden, JSON [{finding, reason}].
CREATE TABLE IF NOT EXISTS period_close (
  run_seq UInt64,
  run_id String,
  payer_account_id String,
  account_id String,
  period LowCardinality(String),
  time_zone LowCardinality(String),
  from_at DateTime64(3, 'UTC'),
  to_at DateTime64(3, 'UTC'),
  bound String,
  closed_by String,
  reason String,
  overrides String,
  closed_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (account_id, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
