-- Who asked for a run and why, and what a rating of a period that was rated before changed: record by record, account by account.

-- asked_by: name and key of the caller, '' = nobody did, or runs of versions that kept none. reason: of a re-rating, in the caller's words.
ALTER TABLE run
  ADD COLUMN IF NOT EXISTS asked_by String AFTER dry_run,
  ADD COLUMN IF NOT EXISTS reason String AFTER asked_by;

-- Billing records that a run made otherwise than the run before it, kept for ever where the run was published (a re-rating), and a while where
-- it was dry. entry: 'reversal' = the former record, its quantity and amount negative; 'new' = what stands in its place. former_seq: the run
-- whose record is reversed. reversal_id: of a reversal its own; of a new row that of the reversal in whose place it stands, '' = of none.
-- Rows of other runs than published ones count for nothing.
CREATE TABLE IF NOT EXISTS rerated_record (
  run_seq UInt64,
  former_seq UInt64,
  period LowCardinality(String),
  entry LowCardinality(String),
  reversal_id String,
  payer_account_id LowCardinality(String),
  account_id LowCardinality(String),
  usage_record_id UInt128,
  usage_type UInt16,
  resource String,
  part String,
  shape UInt128,
  window_start DateTime64(3, 'UTC'),
  window_end DateTime64(3, 'UTC'),
  part_start DateTime64(3, 'UTC'),
  tariff_id LowCardinality(String),
  tariff_version UInt64,
  component LowCardinality(String),
  tier UInt16,
  currency LowCardinality(String),
  unit LowCardinality(String),
  quantity Int256,
  from_quantity Int256,
  to_quantity Int256,
  price_from Decimal(38, 9),
  price_to Decimal(38, 9),
  amount Decimal(38, 9),
  state LowCardinality(String),
  INDEX usage_record usage_record_id TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (account_id, usage_type, resource, window_start, usage_record_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What statements came to before and after such a run: of accounts whose lines changed, and of all together per currency (account_id '').
-- amount: of statement lines; exact: of billing records; wider than any number of lines can fill (P9). Lines are told apart by what they are
-- for, not by their number or version.
CREATE TABLE IF NOT EXISTS rerated_account (
  run_seq UInt64,
  period LowCardinality(String),
  currency LowCardinality(String),
  payer_account_id String,
  account_id String,
  amount_before Decimal(76, 9),
  amount_after Decimal(76, 9),
  exact_before Decimal(76, 9),
  exact_after Decimal(76, 9),
  lines_added UInt64,
  lines_removed UInt64,
  lines_changed UInt64
) ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (account_id, payer_account_id, currency)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of the one rating run that holds the lease: accounts some of whose records two runs do not say alike, and how many both have of them.
CREATE TABLE IF NOT EXISTS scratch_rerated_account (
  account_id String,
  records UInt64
) ENGINE = Memory;
