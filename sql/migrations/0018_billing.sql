-- What bills are explained by: what each rating run priced its records with, kept as long as its records.

-- Accounts of a rating run: [start_at, end_at) is the month, in the zones of timeline. rate_card_id: its cards, lowest first, parted by blanks.
-- Accounts of one plan have the same prices.
CREATE TABLE IF NOT EXISTS rating_account (
  run_seq UInt64,
  period LowCardinality(String),
  account_id String,
  plan UInt32,
  rate_card_id String,
  timeline String,
  start_at DateTime64(3, 'UTC'),
  end_at DateTime64(3, 'UTC')
) ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY account_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Prices of a rating run by the price_no its records name. tariff: as JSON, valid from and to as it priced, with its card, version and the
-- conditions that came before it. tiers, labels: what lines say of its tiers. cuts: instants at which prices of this plan and usage type
-- change, where windows were cut. pooled 1: what it costs an account is its share of a pool.
CREATE TABLE IF NOT EXISTS rating_price (
  run_seq UInt64,
  period LowCardinality(String),
  plan UInt32,
  usage_type UInt16,
  price_no UInt32,
  tariff String,
  unit_base Int256,
  pooled UInt8,
  tiers Array(UInt16),
  labels Array(String),
  cuts Array(Int64)
) ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (plan, usage_type, price_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What a cumulative quantity cost by a price, as in scratch_curve. account_id: whose own curve it is (a share of a pool, the tier that a
-- volume reached), '' = everybody's.
CREATE TABLE IF NOT EXISTS rating_curve (
  run_seq UInt64,
  period LowCardinality(String),
  price_no UInt32,
  account_id String,
  tiers Array(UInt16),
  lows Array(Int256),
  highs Array(Int256),
  rates Array(Int256),
  step_base Int256,
  denominator Int256
) ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (price_no, account_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- A billing record's id names the usage record, whose account nobody knows: small filters tell which blocks may hold it.
ALTER TABLE billing_record ADD INDEX IF NOT EXISTS usage_record usage_record_id TYPE bloom_filter(0.01) GRANULARITY 4;

-- Charges of a card version as JSON (rating/charges/charge.ts), beside its tariffs.
ALTER TABLE rate_card ADD COLUMN IF NOT EXISTS charges String DEFAULT '[]';

-- scope: whether a line is an account's or its payer's as a whole. A charge's line names the charge, what it was worked out from
-- (base_amount), and what by: percent, factor (of use above a commitment), threshold (fee, limit or discount, for days of of_days where
-- asked). of_line: the line that a discount reduces.
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS scope LowCardinality(String) DEFAULT 'account';
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS rate_card_id String DEFAULT '';
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS charge_id String DEFAULT '';
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS charge_version UInt64 DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS of_line UInt32 DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS base_amount Decimal(38, 9) DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS percent Decimal(18, 6) DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS factor Decimal(18, 6) DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS threshold Decimal(38, 9) DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS days UInt16 DEFAULT 0;
ALTER TABLE statement_line ADD COLUMN IF NOT EXISTS of_days UInt16 DEFAULT 0;

-- Scratch of the one rating run that holds the lease. plan: of those who are charged (same cards, currency, zones). step: in which turn
-- (rating/charges/steps.ts). Money in 10^-9 of the currency, minor is its smallest coin; percent and factor in 10^-6. edges: the midnights
-- of the month's days, and its end.
CREATE TABLE IF NOT EXISTS scratch_charge (
  charge_no UInt32,
  plan UInt32,
  step UInt32,
  rate_card_id String,
  charge_id String,
  charge_version UInt64,
  name String,
  kind LowCardinality(String),
  scope LowCardinality(String),
  currency LowCardinality(String),
  minor Int256,
  component LowCardinality(String),
  components Array(String),
  usage_types Array(UInt16),
  amount Int256,
  percent Int256,
  factor Int256,
  prorate UInt8,
  valid_from_ms Int64,
  valid_to_ms Int64,
  edges Array(Int64)
) ENGINE = Memory;

-- A charge and whom it is due from: an account, or a payer for all it pays. threshold: its amount, for the days where asked.
CREATE TABLE IF NOT EXISTS scratch_due (
  charge_no UInt32,
  step UInt32,
  scope LowCardinality(String),
  owner_id String,
  payer_account_id String,
  threshold Int256,
  days UInt16,
  of_days UInt16
) ENGINE = Memory;
