-- What it costs: rate cards with their tariffs, billing records, statement lines, and the scratch a rating run works in.

-- A card and its tariffs are written whole under one version; the card's row comes last and makes them count.
CREATE TABLE IF NOT EXISTS rate_card (
  rate_card_id String,
  version UInt64,
  name String,
  currency LowCardinality(String),
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (rate_card_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- One price rule per row; version is its card's. Empty offerings or zones = any. unit: see rating/units.ts.
-- tiers_up_to: last unit of each tier in whole units, '' = open; tiers_rate: decimal text, price of one unit.
-- valid_to 2299-12-31 = open.
CREATE TABLE IF NOT EXISTS tariff (
  rate_card_id String,
  tariff_id String,
  version UInt64,
  name String,
  usage_type UInt16,
  component LowCardinality(String),
  currency LowCardinality(String),
  unit LowCardinality(String),
  model LowCardinality(String),
  tiers_up_to Array(String),
  tiers_rate Array(String),
  offerings Array(String),
  zones Array(String),
  valid_from DateTime64(3, 'UTC'),
  valid_to DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (rate_card_id, version, tariff_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- One row per usage record (part) x tariff tier, or per record that no tariff matches (state unrated, empty tariff_id).
-- Sorted as it is priced, so that a run writes in order and a statement line's records lie together.
-- from_quantity, to_quantity: cumulative base units c0, c1; price_from, price_to: R(P(c0)), R(P(c1)); amount = their difference.
CREATE TABLE IF NOT EXISTS billing_record (
  run_seq UInt64,
  period LowCardinality(String),
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
  state LowCardinality(String)
) ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (account_id, tariff_id, usage_type, window_start, usage_record_id, part_start, tier)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- One row per statement line of a rating run; amount in the currency's minor unit, rounding = amount - exact_amount.
-- unit_base: base units of one unit.
CREATE TABLE IF NOT EXISTS statement_line (
  run_seq UInt64,
  period LowCardinality(String),
  payer_account_id String,
  currency LowCardinality(String),
  line UInt32,
  account_id String,
  kind LowCardinality(String),
  usage_type UInt16,
  tariff_id String,
  tariff_version UInt64,
  component LowCardinality(String),
  tier UInt16,
  description String,
  quantity Int256,
  unit LowCardinality(String),
  unit_base Int256,
  unit_price Decimal(38, 12),
  exact_amount Decimal(38, 9),
  amount Decimal(38, 9),
  rounding Decimal(38, 9),
  records UInt64
) ENGINE = MergeTree
PARTITION BY (period, run_seq)
ORDER BY (payer_account_id, line)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of the one rating run that holds the lease; emptied before use, gone with the process.
-- plan: number of what accounts with the same card, currency and zone have in common; [start_at, end_at) is their month.
CREATE TABLE IF NOT EXISTS scratch_rated_account (
  account_no UInt32,
  account_id LowCardinality(String),
  payer_account_id LowCardinality(String),
  currency LowCardinality(String),
  plan UInt32,
  start_at DateTime64(3, 'UTC'),
  end_at DateTime64(3, 'UTC')
) ENGINE = Memory;

-- price_no: one tariff at one plan's month, ascending with tariff_id; 0 is no tariff.
-- cuts: instants at which prices of this plan and usage type change. Tier i: cumulative base units (lows[i], highs[i]] cost
-- rates[i] x 10^-12 a unit; numerators[i] is the price at lows[i] x unit_base x 10^12.
CREATE TABLE IF NOT EXISTS scratch_price (
  price_no UInt32,
  plan UInt32,
  usage_type UInt16,
  tariff_id LowCardinality(String),
  tariff_version UInt64,
  name String,
  component LowCardinality(String),
  unit LowCardinality(String),
  unit_base Int256,
  offerings Array(String),
  zones Array(String),
  valid_from_ms Int64,
  valid_to_ms Int64,
  cuts Array(Int64),
  lows Array(Int256),
  highs Array(Int256),
  rates Array(Int256),
  numerators Array(Int256)
) ENGINE = Memory;
