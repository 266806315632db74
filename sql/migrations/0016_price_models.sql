-- Price models: what a rating run lays out of its tariffs, in place of what 0004 had.

-- price_no: one version of a tariff (or of a band or matrix value of it) at one plan's month, ascending with tariff_id; 0 is no tariff.
-- series_no: the same for all over whose use one cumulative quantity runs on: the versions of a tariff.
-- condition_no: see scratch_class_condition; what matches one of except_conditions as well goes to another price of the tariff.
-- schedule_no: when it holds (scratch_schedule), 0 = always. cuts: instants at which prices of this plan and usage type change.
-- matched 0: only its curve counts (scratch_series names it). pool_no: same pool, same number; 0 = none.
-- tiers, labels, unit_prices (x 10^-12): what statement lines say of its tiers.
DROP TABLE IF EXISTS scratch_price;

CREATE TABLE IF NOT EXISTS scratch_price (
  price_no UInt32,
  series_no UInt32,
  plan UInt32,
  usage_type UInt16,
  tariff_id LowCardinality(String),
  tariff_version UInt64,
  name String,
  component LowCardinality(String),
  unit LowCardinality(String),
  unit_base Int256,
  condition_no UInt32,
  except_conditions Array(UInt32),
  schedule_no UInt32,
  matched UInt8,
  pool_no UInt32,
  cuts Array(Int64),
  tiers Array(UInt16),
  labels Array(String),
  unit_prices Array(Int256)
) ENGINE = Memory;

-- What cumulative quantities cost. Tier i: base units (lows[i], highs[i]] cost numerators[i] + ceil((c - lows[i]) / step_base) x rates[i],
-- over denominator, in 10^-9 of the currency. step_base: 1, or the base units of a package.
CREATE TABLE IF NOT EXISTS scratch_curve (
  curve_no UInt32,
  tiers Array(UInt16),
  lows Array(Int256),
  highs Array(Int256),
  rates Array(Int256),
  numerators Array(Int256),
  step_base Int256,
  denominator Int256
) ENGINE = Memory;

-- Whose curve is not that of the price itself: an account's share of a pool, the tier that a whole period's volume reaches.
CREATE TABLE IF NOT EXISTS scratch_series (
  account_no UInt32,
  price_no UInt32,
  curve_no UInt32
) ENGINE = Memory;

-- The stretches of time, numbered by the price changes before them from 1, in which what has a schedule holds.
CREATE TABLE IF NOT EXISTS scratch_schedule (
  schedule_no UInt32,
  epoch UInt32
) ENGINE = Memory;

-- plan: number of what accounts with the same card, currency and zones (their payer's too) have in common; [start_at, end_at) is their
-- month. Both numbers ascend with their ids.
DROP TABLE IF EXISTS scratch_rated_account;

CREATE TABLE IF NOT EXISTS scratch_rated_account (
  account_no UInt32,
  account_id LowCardinality(String),
  payer_account_id LowCardinality(String),
  payer_no UInt32,
  currency LowCardinality(String),
  plan UInt32,
  start_at DateTime64(3, 'UTC'),
  end_at DateTime64(3, 'UTC')
) ENGINE = Memory;
