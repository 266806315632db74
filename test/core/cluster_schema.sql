-- Migrations and views as they go to the cluster `tally`, written by `npm run schema`; a test holds it to them. Not to be edited.

-- the ledger of migrations

CREATE TABLE IF NOT EXISTS schema_migration_local ON CLUSTER `tally` (
  version UInt32, name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/schema_migration_local', '{replica}') ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS schema_migration ON CLUSTER `tally` AS schema_migration_local
ENGINE = Distributed('tally', currentDatabase(), schema_migration_local, 0);

-- migration 1 event

CREATE TABLE IF NOT EXISTS event_log_local ON CLUSTER `tally` (
  log_id String,
  created_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/event_log_local', '{replica}') ORDER BY log_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS event_log ON CLUSTER `tally` AS event_log_local
ENGINE = Distributed('tally', currentDatabase(), event_log_local, 0);

CREATE TABLE IF NOT EXISTS event_log_commit_local ON CLUSTER `tally` (
  reader LowCardinality(String),
  log_partition UInt32,
  log_offset UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/event_log_commit_local', '{replica}', log_offset) ORDER BY (reader, log_partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS event_log_commit ON CLUSTER `tally` AS event_log_commit_local
ENGINE = Distributed('tally', currentDatabase(), event_log_commit_local, 0);

CREATE TABLE IF NOT EXISTS event_local ON CLUSTER `tally` (
  log_id LowCardinality(String),
  log_partition UInt32,
  log_offset UInt64,
  source LowCardinality(String),
  id String,
  sequence Int64,
  type LowCardinality(String),
  subject String,
  occurred_at DateTime64(3, 'UTC'),
  recorded_at DateTime64(3, 'UTC'),
  account_id LowCardinality(String),
  account LowCardinality(String),
  domain LowCardinality(String),
  project_id LowCardinality(String),
  zone LowCardinality(String),
  resource String,
  part String,
  name String,
  offering LowCardinality(String),
  template LowCardinality(String),
  resource_type LowCardinality(String),
  vm String,
  size Int64,
  virtual_size Int64,
  details String,
  tags String,
  extensions String,
  id_hash UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(source, id)),
  k UInt64 MATERIALIZED sipHash64(resource),
  shape UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags)),
  content_hash UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape)),
  INDEX position log_offset TYPE minmax GRANULARITY 1
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/event_local', '{replica}')
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (toDate(occurred_at), k, resource, occurred_at, log_partition, log_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS event ON CLUSTER `tally` AS event_local
ENGINE = Distributed('tally', currentDatabase(), event_local, sipHash64(resource));

CREATE TABLE IF NOT EXISTS event_identity_local ON CLUSTER `tally` (
  id_hash UInt128,
  log_partition UInt32,
  log_offset UInt64,
  content_hash UInt128,
  occurred_at DateTime64(3, 'UTC'),
  k UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/event_identity_local', '{replica}') ORDER BY (id_hash, log_partition, log_offset)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS event_identity ON CLUSTER `tally` AS event_identity_local
ENGINE = Distributed('tally', currentDatabase(), event_identity_local, k);

CREATE TABLE IF NOT EXISTS event_excluded_local ON CLUSTER `tally` (
  occurred_at DateTime64(3, 'UTC'),
  log_partition UInt32,
  log_offset UInt64,
  conflict UInt8
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/event_excluded_local', '{replica}') ORDER BY (toDate(occurred_at), log_partition, log_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS event_excluded ON CLUSTER `tally` AS event_excluded_local
ENGINE = Distributed('tally', currentDatabase(), event_excluded_local, sipHash64(log_partition, log_offset));

CREATE TABLE IF NOT EXISTS quarantine_local ON CLUSTER `tally` (
  quarantine_id String,
  raw SimpleAggregateFunction(any, String),
  origin SimpleAggregateFunction(any, String),
  source SimpleAggregateFunction(any, String),
  id SimpleAggregateFunction(any, String),
  field SimpleAggregateFunction(any, String),
  reason SimpleAggregateFunction(any, String),
  first_seen_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
  last_seen_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
  times_seen SimpleAggregateFunction(sum, UInt64),
  replayed_at SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
) ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/quarantine_local', '{replica}') ORDER BY quarantine_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS quarantine ON CLUSTER `tally` AS quarantine_local
ENGINE = Distributed('tally', currentDatabase(), quarantine_local, 0);

-- migration 2 control

CREATE TABLE IF NOT EXISTS account_local ON CLUSTER `tally` (
  account_id String,
  version UInt64,
  name String,
  kind LowCardinality(String),
  domain String,
  payer_account_id String,
  currency LowCardinality(String),
  time_zone LowCardinality(String),
  payment LowCardinality(String),
  rate_card_id String,
  state LowCardinality(String),
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/account_local', '{replica}') ORDER BY (account_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS account ON CLUSTER `tally` AS account_local
ENGINE = Distributed('tally', currentDatabase(), account_local, 0);

CREATE TABLE IF NOT EXISTS catalogue_entry_local ON CLUSTER `tally` (
  kind LowCardinality(String),
  id String,
  version UInt64,
  name String,
  attributes String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/catalogue_entry_local', '{replica}') ORDER BY (kind, id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS catalogue_entry ON CLUSTER `tally` AS catalogue_entry_local
ENGINE = Distributed('tally', currentDatabase(), catalogue_entry_local, 0);

CREATE TABLE IF NOT EXISTS setting_local ON CLUSTER `tally` (
  name String,
  version UInt64,
  value String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/setting_local', '{replica}') ORDER BY (name, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS setting ON CLUSTER `tally` AS setting_local
ENGINE = Distributed('tally', currentDatabase(), setting_local, 0);

CREATE TABLE IF NOT EXISTS api_key_local ON CLUSTER `tally` (
  key_id String,
  version UInt64,
  name String,
  role LowCardinality(String),
  token_sha256 String,
  state LowCardinality(String),
  changed_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/api_key_local', '{replica}') ORDER BY (key_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS api_key ON CLUSTER `tally` AS api_key_local
ENGINE = Distributed('tally', currentDatabase(), api_key_local, 0);

CREATE TABLE IF NOT EXISTS usage_type_local ON CLUSTER `tally` (
  registry_version String,
  usage_type UInt16,
  name String,
  description String,
  measure LowCardinality(String),
  unit LowCardinality(String),
  display_unit LowCardinality(String)
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/usage_type_local', '{replica}') ORDER BY (registry_version, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS usage_type ON CLUSTER `tally` AS usage_type_local
ENGINE = Distributed('tally', currentDatabase(), usage_type_local, 0);

CREATE TABLE IF NOT EXISTS usage_type_effect_local ON CLUSTER `tally` (
  registry_version String,
  event_type LowCardinality(String),
  usage_type UInt16,
  effect Int8
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/usage_type_effect_local', '{replica}') ORDER BY (registry_version, event_type, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS usage_type_effect ON CLUSTER `tally` AS usage_type_effect_local
ENGINE = Distributed('tally', currentDatabase(), usage_type_effect_local, 0);

CREATE TABLE IF NOT EXISTS job_run_local ON CLUSTER `tally` (
  job String,
  tick_at DateTime64(3, 'UTC'),
  done_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/job_run_local', '{replica}') ORDER BY (job, tick_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS job_run ON CLUSTER `tally` AS job_run_local
ENGINE = Distributed('tally', currentDatabase(), job_run_local, 0);

CREATE TABLE IF NOT EXISTS run_local ON CLUSTER `tally` (
  run_seq UInt64,
  step UInt32,
  run_id String,
  kind LowCardinality(String),
  state LowCardinality(String),
  period String,
  from_at DateTime64(3, 'UTC'),
  to_at DateTime64(3, 'UTC'),
  bound String,
  former_bound String,
  versions String,
  counts String,
  error String,
  changed_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/run_local', '{replica}') ORDER BY (run_seq, step)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS run ON CLUSTER `tally` AS run_local
ENGINE = Distributed('tally', currentDatabase(), run_local, 0);

-- migration 3 usage

CREATE TABLE IF NOT EXISTS shape_local ON CLUSTER `tally` (
  shape UInt128,
  project_id LowCardinality(String),
  zone LowCardinality(String),
  offering LowCardinality(String),
  template LowCardinality(String),
  resource_type LowCardinality(String),
  vm String,
  size Int64,
  virtual_size Int64,
  details String,
  tags String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/shape_local', '{replica}') ORDER BY shape
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS shape ON CLUSTER `tally` AS shape_local
ENGINE = Distributed('tally', currentDatabase(), shape_local, sipHash64(shape));

CREATE TABLE IF NOT EXISTS resource_name_local ON CLUSTER `tally` (
  account_id LowCardinality(String),
  resource String,
  part String,
  name String,
  occurred_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/resource_name_local', '{replica}', occurred_at) ORDER BY (account_id, resource, part, name)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS resource_name ON CLUSTER `tally` AS resource_name_local
ENGINE = Distributed('tally', currentDatabase(), resource_name_local, sipHash64(resource));

CREATE TABLE IF NOT EXISTS usage_record_local ON CLUSTER `tally` (
  run_seq UInt64,
  sign Int8,
  account_id LowCardinality(String),
  window_start DateTime64(3, 'UTC'),
  window_end DateTime64(3, 'UTC'),
  usage_type UInt16,
  resource String,
  part String,
  shape UInt128,
  quantity Int256,
  duration_ms Int64,
  slices Int32,
  first_at DateTime64(3, 'UTC'),
  last_at DateTime64(3, 'UTC'),
  opened_at DateTime64(3, 'UTC'),
  opened_by UInt64,
  closed_by UInt64,
  k UInt64 MATERIALIZED sipHash64(resource)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/usage_record_local', '{replica}')
PARTITION BY toYYYYMM(window_start)
ORDER BY (account_id, window_start, k, usage_type, resource, part, shape, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS usage_record ON CLUSTER `tally` AS usage_record_local
ENGINE = Distributed('tally', currentDatabase(), usage_record_local, sipHash64(resource));

CREATE TABLE IF NOT EXISTS slice_local ON CLUSTER `tally` (
  run_seq UInt64,
  sign Int8,
  account_id LowCardinality(String),
  window_start DateTime64(3, 'UTC'),
  window_end DateTime64(3, 'UTC'),
  usage_type UInt16,
  resource String,
  part String,
  shape UInt128,
  from_at DateTime64(3, 'UTC'),
  to_at DateTime64(3, 'UTC'),
  quantity Int256,
  opened_at DateTime64(3, 'UTC'),
  opened_by UInt64,
  closed_by UInt64,
  k UInt64 MATERIALIZED sipHash64(resource)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/slice_local', '{replica}')
PARTITION BY toYYYYMM(window_start)
ORDER BY (account_id, window_start, k, usage_type, resource, part, shape, from_at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS slice ON CLUSTER `tally` AS slice_local
ENGINE = Distributed('tally', currentDatabase(), slice_local, sipHash64(resource));

CREATE TABLE IF NOT EXISTS account_zone_local ON CLUSTER `tally` (
  run_seq UInt64,
  account_id String,
  time_zone LowCardinality(String)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/account_zone_local', '{replica}') ORDER BY (account_id, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS account_zone ON CLUSTER `tally` AS account_zone_local
ENGINE = Distributed('tally', currentDatabase(), account_zone_local, 0);

CREATE TABLE IF NOT EXISTS run_window_local ON CLUSTER `tally` (
  run_seq UInt64,
  time_zone LowCardinality(String),
  window_start DateTime64(3, 'UTC'),
  window_end DateTime64(3, 'UTC'),
  first UInt8
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/run_window_local', '{replica}') ORDER BY (time_zone, window_start, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS run_window ON CLUSTER `tally` AS run_window_local
ENGINE = Distributed('tally', currentDatabase(), run_window_local, 0);

CREATE TABLE IF NOT EXISTS run_touched_local ON CLUSTER `tally` (
  run_seq UInt64,
  k UInt64,
  from_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/run_touched_local', '{replica}') ORDER BY (run_seq, k)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS run_touched ON CLUSTER `tally` AS run_touched_local
ENGINE = Distributed('tally', currentDatabase(), run_touched_local, k);

CREATE TABLE IF NOT EXISTS resource_state_local ON CLUSTER `tally` (
  at DateTime64(3, 'UTC'),
  run_seq UInt64,
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  account_id LowCardinality(String),
  shape UInt128,
  size Int64,
  opened_at DateTime64(3, 'UTC'),
  opened_by UInt64
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/resource_state_local', '{replica}')
PARTITION BY toYYYYMMDD(at)
ORDER BY (at, k, resource, part, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS resource_state ON CLUSTER `tally` AS resource_state_local
ENGINE = Distributed('tally', currentDatabase(), resource_state_local, k);

CREATE TABLE IF NOT EXISTS checkpoint_local ON CLUSTER `tally` (
  at DateTime64(3, 'UTC'),
  run_seq UInt64
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/checkpoint_local', '{replica}') ORDER BY (at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS checkpoint ON CLUSTER `tally` AS checkpoint_local
ENGINE = Distributed('tally', currentDatabase(), checkpoint_local, 0);

CREATE TABLE IF NOT EXISTS resource_state_repair_local ON CLUSTER `tally` (
  at DateTime64(3, 'UTC'),
  k UInt64,
  run_seq UInt64
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/resource_state_repair_local', '{replica}') ORDER BY (at, k, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS resource_state_repair ON CLUSTER `tally` AS resource_state_repair_local
ENGINE = Distributed('tally', currentDatabase(), resource_state_repair_local, k);

CREATE TABLE IF NOT EXISTS scratch_arrival ON CLUSTER `tally` (
  log_partition UInt32,
  log_offset UInt64,
  id_hash UInt128,
  content_hash UInt128,
  occurred_at DateTime64(3, 'UTC'),
  k UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_interval ON CLUSTER `tally` (
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  account_id LowCardinality(String),
  shape UInt128,
  size Int64,
  from_ms Int64,
  to_ms Int64,
  opened_ms Int64,
  opened_by UInt64,
  closed_by UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_record ON CLUSTER `tally` AS usage_record_local ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_slice ON CLUSTER `tally` AS slice_local ENGINE = Memory;

-- migration 4 billing

CREATE TABLE IF NOT EXISTS rate_card_local ON CLUSTER `tally` (
  rate_card_id String,
  version UInt64,
  name String,
  currency LowCardinality(String),
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/rate_card_local', '{replica}') ORDER BY (rate_card_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rate_card ON CLUSTER `tally` AS rate_card_local
ENGINE = Distributed('tally', currentDatabase(), rate_card_local, 0);

CREATE TABLE IF NOT EXISTS tariff_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/tariff_local', '{replica}') ORDER BY (rate_card_id, version, tariff_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS tariff ON CLUSTER `tally` AS tariff_local
ENGINE = Distributed('tally', currentDatabase(), tariff_local, 0);

CREATE TABLE IF NOT EXISTS billing_record_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/billing_record_local', '{replica}')
PARTITION BY (period, run_seq)
ORDER BY (account_id, tariff_id, usage_type, window_start, usage_record_id, part_start, tier)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS billing_record ON CLUSTER `tally` AS billing_record_local
ENGINE = Distributed('tally', currentDatabase(), billing_record_local, sipHash64(resource));

CREATE TABLE IF NOT EXISTS statement_line_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/statement_line_local', '{replica}')
PARTITION BY (period, run_seq)
ORDER BY (payer_account_id, line)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS statement_line ON CLUSTER `tally` AS statement_line_local
ENGINE = Distributed('tally', currentDatabase(), statement_line_local, sipHash64(payer_account_id));

CREATE TABLE IF NOT EXISTS scratch_rated_account ON CLUSTER `tally` (
  account_no UInt32,
  account_id LowCardinality(String),
  payer_account_id LowCardinality(String),
  currency LowCardinality(String),
  plan UInt32,
  start_at DateTime64(3, 'UTC'),
  end_at DateTime64(3, 'UTC')
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_price ON CLUSTER `tally` (
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

-- migration 5 metering

ALTER TABLE event_local ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS reading_names Array(LowCardinality(String)) AFTER extensions,
  ADD COLUMN IF NOT EXISTS reading_values Array(Int64) AFTER reading_names,
  ADD COLUMN IF NOT EXISTS counter LowCardinality(String) AFTER reading_values,
  ADD COLUMN IF NOT EXISTS epoch String AFTER counter,
  ADD COLUMN IF NOT EXISTS revision UInt32 AFTER epoch,
  ADD COLUMN IF NOT EXISTS original_source LowCardinality(String) AFTER revision,
  ADD COLUMN IF NOT EXISTS original_id String AFTER original_source,
  ADD COLUMN IF NOT EXISTS envelope String AFTER original_id;

ALTER TABLE event ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS reading_names Array(LowCardinality(String)) AFTER extensions,
  ADD COLUMN IF NOT EXISTS reading_values Array(Int64) AFTER reading_names,
  ADD COLUMN IF NOT EXISTS counter LowCardinality(String) AFTER reading_values,
  ADD COLUMN IF NOT EXISTS epoch String AFTER counter,
  ADD COLUMN IF NOT EXISTS revision UInt32 AFTER epoch,
  ADD COLUMN IF NOT EXISTS original_source LowCardinality(String) AFTER revision,
  ADD COLUMN IF NOT EXISTS original_id String AFTER original_source,
  ADD COLUMN IF NOT EXISTS envelope String AFTER original_id;

ALTER TABLE event_local ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS original_hash UInt128 MATERIALIZED if(revision = 0, toUInt128(0), reinterpretAsUInt128(sipHash128(original_source, original_id)));

ALTER TABLE event ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS original_hash UInt128 MATERIALIZED if(revision = 0, toUInt128(0), reinterpretAsUInt128(sipHash128(original_source, original_id)));

ALTER TABLE event_local ON CLUSTER `tally`
  MODIFY COLUMN IF EXISTS content_hash UInt128 MATERIALIZED if(empty(reading_names) AND revision = 0,
    reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape)),
    reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape,
      reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope)));

ALTER TABLE event ON CLUSTER `tally`
  MODIFY COLUMN IF EXISTS content_hash UInt128 MATERIALIZED if(empty(reading_names) AND revision = 0,
    reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape)),
    reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape,
      reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope)));

CREATE TABLE IF NOT EXISTS event_revision_local ON CLUSTER `tally` (
  original_hash UInt128,
  revision UInt32,
  source String,
  id String,
  id_hash UInt128,
  log_partition UInt32,
  log_offset UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/event_revision_local', '{replica}') ORDER BY (original_hash, revision, source, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS event_revision ON CLUSTER `tally` AS event_revision_local
ENGINE = Distributed('tally', currentDatabase(), event_revision_local, sipHash64(original_hash));

CREATE TABLE IF NOT EXISTS account_end_local ON CLUSTER `tally` (
  account_id String,
  at DateTime64(3, 'UTC'),
  source String,
  id String,
  sequence Int64,
  id_hash UInt128,
  revision UInt32,
  log_partition UInt32,
  log_offset UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/account_end_local', '{replica}') ORDER BY (account_id, at, id_hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS account_end ON CLUSTER `tally` AS account_end_local
ENGINE = Distributed('tally', currentDatabase(), account_end_local, 0);

TRUNCATE TABLE checkpoint_local ON CLUSTER `tally`;

TRUNCATE TABLE resource_state_local ON CLUSTER `tally`;

TRUNCATE TABLE resource_state_repair_local ON CLUSTER `tally`;

ALTER TABLE resource_state_local ON CLUSTER `tally` RENAME COLUMN IF EXISTS size TO per_ms;

ALTER TABLE resource_state ON CLUSTER `tally` RENAME COLUMN IF EXISTS size TO per_ms;

ALTER TABLE resource_state_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS measure UInt8 AFTER usage_type, ADD COLUMN IF NOT EXISTS epoch String AFTER per_ms;

ALTER TABLE resource_state ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS measure UInt8 AFTER usage_type, ADD COLUMN IF NOT EXISTS epoch String AFTER per_ms;

DROP TABLE IF EXISTS scratch_arrival ON CLUSTER `tally` SYNC;

CREATE TABLE IF NOT EXISTS scratch_arrival ON CLUSTER `tally` (
  log_partition UInt32,
  log_offset UInt64,
  id_hash UInt128,
  content_hash UInt128,
  original_hash UInt128,
  ends_account UInt8,
  occurred_at DateTime64(3, 'UTC'),
  effective_at DateTime64(3, 'UTC'),
  k UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_event ON CLUSTER `tally` (
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  measure UInt8,
  effect Int8,
  t Int64,
  sequence Int64,
  source String,
  id String,
  account_id LowCardinality(String),
  shape UInt128,
  per_ms Int64,
  is_delta UInt8,
  label String,
  event_ref UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_partial ON CLUSTER `tally` (
  k UInt64,
  resource String,
  part String,
  effect Int8,
  t Int64,
  sequence Int64,
  source String,
  id String,
  account_id LowCardinality(String),
  tags String,
  size Int64,
  virtual_size Int64,
  event_ref UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_resolved ON CLUSTER `tally` (
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  measure UInt8,
  t Int64,
  sequence Int64,
  source String,
  id String,
  account_id LowCardinality(String),
  event_ref UInt64,
  per_ms Int64,
  shape UInt128,
  project_id LowCardinality(String),
  zone LowCardinality(String),
  offering LowCardinality(String),
  template LowCardinality(String),
  resource_type LowCardinality(String),
  vm String,
  size Int64,
  virtual_size Int64,
  details String,
  tags String
) ENGINE = Memory;

DROP TABLE IF EXISTS scratch_interval ON CLUSTER `tally` SYNC;

CREATE TABLE IF NOT EXISTS scratch_interval ON CLUSTER `tally` (
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  measure UInt8,
  account_id LowCardinality(String),
  shape UInt128,
  per_ms Int128,
  label String,
  from_ms Int64,
  to_ms Int64,
  opened_by UInt64,
  closed_by UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_run ON CLUSTER `tally` (run_seq UInt64) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_touched ON CLUSTER `tally` (k UInt64) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_superseded ON CLUSTER `tally` (id_hash UInt128) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_ended ON CLUSTER `tally` (
  account_id String,
  at_ms Int64,
  source String,
  id String,
  sequence Int64,
  event_ref UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_account ON CLUSTER `tally` (
  account_id String,
  zone String,
  from_ms Int64,
  to_ms Int64
) ENGINE = Memory;

-- migration 6 registry

ALTER TABLE usage_type_local ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS display_divisor String,
  ADD COLUMN IF NOT EXISTS reading String,
  ADD COLUMN IF NOT EXISTS shape_by Array(String),
  ADD COLUMN IF NOT EXISTS parts UInt8,
  ADD COLUMN IF NOT EXISTS max_gap_ms Int64,
  ADD COLUMN IF NOT EXISTS unsized Array(String);

ALTER TABLE usage_type ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS display_divisor String,
  ADD COLUMN IF NOT EXISTS reading String,
  ADD COLUMN IF NOT EXISTS shape_by Array(String),
  ADD COLUMN IF NOT EXISTS parts UInt8,
  ADD COLUMN IF NOT EXISTS max_gap_ms Int64,
  ADD COLUMN IF NOT EXISTS unsized Array(String);

CREATE TABLE IF NOT EXISTS usage_type_added_local ON CLUSTER `tally` (
  usage_type UInt16,
  definition String,
  added_at DateTime64(3, 'UTC'),
  added_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/usage_type_added_local', '{replica}') ORDER BY usage_type
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS usage_type_added ON CLUSTER `tally` AS usage_type_added_local
ENGINE = Distributed('tally', currentDatabase(), usage_type_added_local, 0);

-- migration 7 periods

CREATE TABLE IF NOT EXISTS period_close_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/period_close_local', '{replica}') ORDER BY (account_id, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS period_close ON CLUSTER `tally` AS period_close_local
ENGINE = Distributed('tally', currentDatabase(), period_close_local, 0);

-- migration 8 zones

ALTER TABLE account_zone_local ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS from_at DateTime64(3, 'UTC') DEFAULT toDateTime64('1970-01-01 00:00:00', 3, 'UTC');

ALTER TABLE account_zone ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS from_at DateTime64(3, 'UTC') DEFAULT toDateTime64('1970-01-01 00:00:00', 3, 'UTC');

CREATE TABLE IF NOT EXISTS zone_range_local ON CLUSTER `tally` (
  run_seq UInt64,
  time_zone LowCardinality(String),
  range_minutes UInt16,
  from_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/zone_range_local', '{replica}') ORDER BY (time_zone, from_at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS zone_range ON CLUSTER `tally` AS zone_range_local
ENGINE = Distributed('tally', currentDatabase(), zone_range_local, 0);

-- migration 9 runs

ALTER TABLE run_local ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS dry_run UInt8 AFTER period,
  ADD COLUMN IF NOT EXISTS began_at DateTime64(3, 'UTC') AFTER error,
  ADD COLUMN IF NOT EXISTS holder String AFTER began_at,
  ADD COLUMN IF NOT EXISTS lease_expires_at DateTime64(3, 'UTC') AFTER holder,
  ADD COLUMN IF NOT EXISTS progress String AFTER lease_expires_at;

ALTER TABLE run ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS dry_run UInt8 AFTER period,
  ADD COLUMN IF NOT EXISTS began_at DateTime64(3, 'UTC') AFTER error,
  ADD COLUMN IF NOT EXISTS holder String AFTER began_at,
  ADD COLUMN IF NOT EXISTS lease_expires_at DateTime64(3, 'UTC') AFTER holder,
  ADD COLUMN IF NOT EXISTS progress String AFTER lease_expires_at;

-- migration 10 findings

CREATE TABLE IF NOT EXISTS finding_local ON CLUSTER `tally` (
  finding_id UInt128,
  version UInt64,
  check LowCardinality(String),
  severity LowCardinality(String),
  account_id String,
  usage_type UInt16,
  resource String,
  part String,
  what String,
  at DateTime64(3, 'UTC'),
  detail String,
  first_seen_at DateTime64(3, 'UTC'),
  last_seen_at DateTime64(3, 'UTC'),
  state LowCardinality(String),
  decided_by String,
  reason String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/finding_local', '{replica}', version) ORDER BY finding_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS finding ON CLUSTER `tally` AS finding_local
ENGINE = Distributed('tally', currentDatabase(), finding_local, 0);

CREATE TABLE IF NOT EXISTS sanity_check_local ON CLUSTER `tally` (
  run_seq UInt64,
  checked_at DateTime64(3, 'UTC'),
  bound String,
  last_run_seq UInt64,
  found UInt64,
  failed Array(String)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/sanity_check_local', '{replica}') ORDER BY run_seq
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS sanity_check ON CLUSTER `tally` AS sanity_check_local
ENGINE = Distributed('tally', currentDatabase(), sanity_check_local, 0);

CREATE TABLE IF NOT EXISTS scratch_finding ON CLUSTER `tally` (
  finding_id UInt128 MATERIALIZED reinterpretAsUInt128(sipHash128(check, account_id, usage_type, resource, part, what)),
  check LowCardinality(String),
  severity LowCardinality(String),
  account_id String,
  usage_type UInt16,
  resource String,
  part String,
  what String,
  at DateTime64(3, 'UTC'),
  detail String
) ENGINE = Memory;

-- migration 11 inventory

CREATE TABLE IF NOT EXISTS inventory_local ON CLUSTER `tally` (
  inventory_id String,
  source String,
  at DateTime64(3, 'UTC'),
  account_id String,
  complete_for Array(UInt16),
  bound String,
  listed UInt64,
  counts String,
  made_at DateTime64(3, 'UTC'),
  made_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/inventory_local', '{replica}') ORDER BY inventory_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS inventory ON CLUSTER `tally` AS inventory_local
ENGINE = Distributed('tally', currentDatabase(), inventory_local, 0);

CREATE TABLE IF NOT EXISTS inventory_proposal_local ON CLUSTER `tally` (
  inventory_id String,
  n UInt32,
  version UInt64,
  action LowCardinality(String),
  resource String,
  part String,
  usage_types Array(UInt16),
  why String,
  old String,
  new String,
  event String,
  state LowCardinality(String),
  decided_at DateTime64(3, 'UTC'),
  decided_by String,
  reason String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/inventory_proposal_local', '{replica}', version) ORDER BY (inventory_id, n)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS inventory_proposal ON CLUSTER `tally` AS inventory_proposal_local
ENGINE = Distributed('tally', currentDatabase(), inventory_proposal_local, 0);

CREATE TABLE IF NOT EXISTS scratch_open ON CLUSTER `tally` (
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  account_id String,
  shape UInt128,
  opened_ms Int64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_listed ON CLUSTER `tally` (
  item UInt32,
  resource String,
  part String,
  usage_type UInt16,
  is_there UInt8,
  account_id String,
  given Array(String),
  project_id String,
  zone String,
  offering String,
  template String,
  resource_type String,
  vm String,
  size Int64,
  virtual_size Int64,
  details String,
  tags String
) ENGINE = Memory;

-- migration 12 retention

CREATE TABLE IF NOT EXISTS archive_local ON CLUSTER `tally` (
  month LowCardinality(String),
  version UInt32,
  state LowCardinality(String),
  file String,
  rows UInt64,
  row_checksum UInt128,
  key_checksum UInt128,
  sha256 String,
  bytes UInt64,
  structure String,
  last_offset UInt64,
  horizon_at DateTime64(3, 'UTC'),
  run_seq UInt64,
  run_id String,
  state_checksum UInt128,
  archived_at DateTime64(3, 'UTC'),
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/archive_local', '{replica}') ORDER BY (month, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS archive ON CLUSTER `tally` AS archive_local
ENGINE = Distributed('tally', currentDatabase(), archive_local, 0);

CREATE TABLE IF NOT EXISTS horizon_interval_local ON CLUSTER `tally` (
  at DateTime64(3, 'UTC'),
  run_seq UInt64,
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  measure UInt8,
  account_id LowCardinality(String),
  shape UInt128,
  per_ms Int128,
  label String,
  from_ms Int64,
  to_ms Int64,
  opened_by UInt64,
  closed_by UInt64
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/horizon_interval_local', '{replica}') ORDER BY (at, run_seq, k)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS horizon_interval ON CLUSTER `tally` AS horizon_interval_local
ENGINE = Distributed('tally', currentDatabase(), horizon_interval_local, k);

CREATE TABLE IF NOT EXISTS erasure_local ON CLUSTER `tally` (
  account_id String,
  erased_at DateTime64(3, 'UTC'),
  erased_by String,
  run_id String,
  events UInt64,
  names UInt64,
  messages UInt64
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/erasure_local', '{replica}') ORDER BY (account_id, erased_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS erasure ON CLUSTER `tally` AS erasure_local
ENGINE = Distributed('tally', currentDatabase(), erasure_local, 0);

-- migration 13 counts_from

ALTER TABLE usage_type_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS counts_from DateTime64(3, 'UTC');

ALTER TABLE usage_type ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS counts_from DateTime64(3, 'UTC');

CREATE TABLE IF NOT EXISTS scratch_counting ON CLUSTER `tally` (
  usage_type UInt16,
  from_ms Int64
) ENGINE = Memory;

DELETE FROM checkpoint_local ON CLUSTER `tally` WHERE at NOT IN (SELECT horizon_at FROM archive);

-- migration 14 kafka_log

CREATE TABLE IF NOT EXISTS event_claim_local ON CLUSTER `tally` (
  log_partition UInt32,
  epoch UInt32,
  from_offset UInt64
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/event_claim_local', '{replica}') ORDER BY (log_partition, epoch)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS event_claim ON CLUSTER `tally` AS event_claim_local
ENGINE = Distributed('tally', currentDatabase(), event_claim_local, 0);

ALTER TABLE event_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS log_claim UInt64 AFTER log_offset;

ALTER TABLE event ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS log_claim UInt64 AFTER log_offset;

-- migration 15 control

ALTER TABLE account_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE account ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE catalogue_entry_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE catalogue_entry ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE setting_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE setting ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE rate_card_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE rate_card ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE tariff_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE tariff ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE usage_type_added_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

ALTER TABLE usage_type_added ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS fence UInt64;

CREATE TABLE IF NOT EXISTS control_turn_local ON CLUSTER `tally` (
  fence UInt64,
  state LowCardinality(String),
  holder String,
  changed_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/control_turn_local', '{replica}') ORDER BY (state, fence)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS control_turn ON CLUSTER `tally` AS control_turn_local
ENGINE = Distributed('tally', currentDatabase(), control_turn_local, 0);

CREATE TABLE IF NOT EXISTS job_lease_local ON CLUSTER `tally` (
  job String,
  fence UInt64,
  beat UInt32,
  tick_at DateTime64(3, 'UTC'),
  holder String,
  expires_at DateTime64(3, 'UTC'),
  ended UInt8
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/job_lease_local', '{replica}', beat) ORDER BY (job, fence)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS job_lease ON CLUSTER `tally` AS job_lease_local
ENGINE = Distributed('tally', currentDatabase(), job_lease_local, 0);

CREATE TABLE IF NOT EXISTS job_failure_local ON CLUSTER `tally` (
  job String,
  tick_at DateTime64(3, 'UTC'),
  failed_at DateTime64(3, 'UTC'),
  holder String,
  error String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/job_failure_local', '{replica}') ORDER BY (job, failed_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS job_failure ON CLUSTER `tally` AS job_failure_local
ENGINE = Distributed('tally', currentDatabase(), job_failure_local, 0);

CREATE TABLE IF NOT EXISTS process_lease_local ON CLUSTER `tally` (
  part LowCardinality(String),
  process_id String,
  beat UInt32,
  shared UInt8,
  holder String,
  expires_at DateTime64(3, 'UTC'),
  ended UInt8
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/process_lease_local', '{replica}', beat) ORDER BY (part, process_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS process_lease ON CLUSTER `tally` AS process_lease_local
ENGINE = Distributed('tally', currentDatabase(), process_lease_local, 0);

-- migration 16 price_models

DROP TABLE IF EXISTS scratch_price ON CLUSTER `tally` SYNC;

CREATE TABLE IF NOT EXISTS scratch_price ON CLUSTER `tally` (
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

CREATE TABLE IF NOT EXISTS scratch_curve ON CLUSTER `tally` (
  curve_no UInt32,
  tiers Array(UInt16),
  lows Array(Int256),
  highs Array(Int256),
  rates Array(Int256),
  numerators Array(Int256),
  step_base Int256,
  denominator Int256
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_series ON CLUSTER `tally` (
  account_no UInt32,
  price_no UInt32,
  curve_no UInt32
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_schedule ON CLUSTER `tally` (
  schedule_no UInt32,
  epoch UInt32
) ENGINE = Memory;

DROP TABLE IF EXISTS scratch_rated_account ON CLUSTER `tally` SYNC;

CREATE TABLE IF NOT EXISTS scratch_rated_account ON CLUSTER `tally` (
  account_no UInt32,
  account_id LowCardinality(String),
  payer_account_id LowCardinality(String),
  payer_no UInt32,
  currency LowCardinality(String),
  plan UInt32,
  start_at DateTime64(3, 'UTC'),
  end_at DateTime64(3, 'UTC')
) ENGINE = Memory;

-- migration 17 rate_cards

CREATE TABLE IF NOT EXISTS scratch_condition ON CLUSTER `tally` (
  condition_no UInt32,
  condition String
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_condition_match ON CLUSTER `tally` (
  shape UInt128,
  condition_no UInt32
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_shape_class ON CLUSTER `tally` (
  shape UInt128,
  class UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_class_condition ON CLUSTER `tally` (
  class UInt64,
  condition_no UInt32
) ENGINE = Memory;

ALTER TABLE rate_card_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS revision UInt64 DEFAULT 0;

ALTER TABLE rate_card ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS revision UInt64 DEFAULT 0;

ALTER TABLE rate_card_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'active';

ALTER TABLE rate_card ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS state LowCardinality(String) DEFAULT 'active';

ALTER TABLE rate_card_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS valid_from DateTime64(3, 'UTC') DEFAULT toDateTime64(0, 3, 'UTC');

ALTER TABLE rate_card ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS valid_from DateTime64(3, 'UTC') DEFAULT toDateTime64(0, 3, 'UTC');

ALTER TABLE rate_card_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS valid_to DateTime64(3, 'UTC') DEFAULT toDateTime64('2299-12-31 00:00:00', 3, 'UTC');

ALTER TABLE rate_card ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS valid_to DateTime64(3, 'UTC') DEFAULT toDateTime64('2299-12-31 00:00:00', 3, 'UTC');

ALTER TABLE rate_card_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS tariffs String DEFAULT '[]';

ALTER TABLE rate_card ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS tariffs String DEFAULT '[]';

INSERT INTO rate_card (rate_card_id, version, revision, name, currency, tariffs, changed_at, changed_by)
SELECT rate_card_id, version, version, name, currency,
  concat('[', arrayStringConcat(arraySort(groupArray(definition)), ','), ']'), changed_at, changed_by
FROM (
  SELECT card.rate_card_id AS rate_card_id, card.version AS version, card.name AS name, card.currency AS currency,
    card.changed_at AS changed_at, card.changed_by AS changed_by,
    concat(if(empty(tariff.offerings), '', concat('offering in ', toJSONString(tariff.offerings))),
      if(empty(tariff.offerings) OR empty(tariff.zones), '', ' && '),
      if(empty(tariff.zones), '', concat('zone in ', toJSONString(tariff.zones)))) AS condition,
    if(tariff.model = 'graduated',
      concat('"tiers":[', arrayStringConcat(arrayMap((up_to, rate) ->
        concat('{"up_to":', if(up_to = '', 'null', toJSONString(up_to)), ',"rate":', toJSONString(rate), '}'), tariff.tiers_up_to, tariff.tiers_rate), ','), ']'),
      concat('"rate":', toJSONString(tariff.tiers_rate[1]))) AS price,
    concat('{"tariff_id":', toJSONString(tariff.tariff_id), ',"name":', toJSONString(tariff.name),
      ',"usage_type":', toString(tariff.usage_type), ',"component":', toJSONString(toString(tariff.component)),
      ',"currency":', toJSONString(toString(tariff.currency)), ',"unit":', toJSONString(toString(tariff.unit)),
      ',"condition":', toJSONString(condition), ',"model":', toJSONString(toString(tariff.model)), ',', price,
      ',"included":"0","pooled":false',
      ',"valid_from":"', replaceOne(toString(tariff.valid_from), ' ', 'T'), 'Z"',
      ',"valid_to":', if(tariff.valid_to >= toDateTime64('2299-12-31 00:00:00', 3, 'UTC'), 'null', concat('"', replaceOne(toString(tariff.valid_to), ' ', 'T'), 'Z"')), '}') AS definition
  FROM rate_card AS card
  GLOBAL INNER JOIN tariff ON tariff.rate_card_id = card.rate_card_id AND tariff.version = card.version
  WHERE (card.rate_card_id, card.version) GLOBAL NOT IN (SELECT rate_card_id, version FROM rate_card WHERE revision > 0)
)
GROUP BY rate_card_id, version, name, currency, changed_at, changed_by;

DROP VIEW IF EXISTS card_tariff ON CLUSTER `tally`;

DROP VIEW IF EXISTS current_rate_card ON CLUSTER `tally`;

CREATE TABLE IF NOT EXISTS rate_card_assignment_local ON CLUSTER `tally` (
  fence UInt64,
  kind LowCardinality(String),
  id String,
  valid_from String,
  revision UInt64,
  rate_card_id String,
  override_card_id String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/rate_card_assignment_local', '{replica}') ORDER BY (kind, id, valid_from, revision)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rate_card_assignment ON CLUSTER `tally` AS rate_card_assignment_local
ENGINE = Distributed('tally', currentDatabase(), rate_card_assignment_local, 0);

CREATE TABLE IF NOT EXISTS scratch_account_card ON CLUSTER `tally` (
  account_id String,
  rate_card_id String
) ENGINE = Memory;

ALTER TABLE billing_record_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS price_no UInt32;

ALTER TABLE billing_record ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS price_no UInt32;

-- migration 18 billing

CREATE TABLE IF NOT EXISTS rating_account_local ON CLUSTER `tally` (
  run_seq UInt64,
  period LowCardinality(String),
  account_id String,
  plan UInt32,
  rate_card_id String,
  timeline String,
  start_at DateTime64(3, 'UTC'),
  end_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/rating_account_local', '{replica}')
PARTITION BY (period, run_seq)
ORDER BY account_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rating_account ON CLUSTER `tally` AS rating_account_local
ENGINE = Distributed('tally', currentDatabase(), rating_account_local, 0);

CREATE TABLE IF NOT EXISTS rating_price_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/rating_price_local', '{replica}')
PARTITION BY (period, run_seq)
ORDER BY (plan, usage_type, price_no)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rating_price ON CLUSTER `tally` AS rating_price_local
ENGINE = Distributed('tally', currentDatabase(), rating_price_local, 0);

CREATE TABLE IF NOT EXISTS rating_curve_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/rating_curve_local', '{replica}')
PARTITION BY (period, run_seq)
ORDER BY (price_no, account_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rating_curve ON CLUSTER `tally` AS rating_curve_local
ENGINE = Distributed('tally', currentDatabase(), rating_curve_local, 0);

ALTER TABLE billing_record_local ON CLUSTER `tally` ADD INDEX IF NOT EXISTS usage_record usage_record_id TYPE bloom_filter(0.01) GRANULARITY 4;

ALTER TABLE rate_card_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS charges String DEFAULT '[]';

ALTER TABLE rate_card ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS charges String DEFAULT '[]';

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS scope LowCardinality(String) DEFAULT 'account';

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS scope LowCardinality(String) DEFAULT 'account';

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS rate_card_id String DEFAULT '';

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS rate_card_id String DEFAULT '';

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS charge_id String DEFAULT '';

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS charge_id String DEFAULT '';

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS charge_version UInt64 DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS charge_version UInt64 DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS of_line UInt32 DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS of_line UInt32 DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS base_amount Decimal(38, 9) DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS base_amount Decimal(38, 9) DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS percent Decimal(18, 6) DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS percent Decimal(18, 6) DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS factor Decimal(18, 6) DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS factor Decimal(18, 6) DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS threshold Decimal(38, 9) DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS threshold Decimal(38, 9) DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS days UInt16 DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS days UInt16 DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS of_days UInt16 DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS of_days UInt16 DEFAULT 0;

CREATE TABLE IF NOT EXISTS scratch_charge ON CLUSTER `tally` (
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

CREATE TABLE IF NOT EXISTS scratch_due ON CLUSTER `tally` (
  charge_no UInt32,
  step UInt32,
  scope LowCardinality(String),
  owner_id String,
  payer_account_id String,
  threshold Int256,
  days UInt16,
  of_days UInt16
) ENGINE = Memory;

-- migration 19 archived_events

CREATE TABLE IF NOT EXISTS past_event_local ON CLUSTER `tally` AS event_local
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/past_event_local', '{replica}') PARTITION BY log_id ORDER BY log_offset;

CREATE TABLE IF NOT EXISTS past_event ON CLUSTER `tally` AS past_event_local
ENGINE = Distributed('tally', currentDatabase(), past_event_local, sipHash64(resource));

CREATE TABLE IF NOT EXISTS engine_horizon_local ON CLUSTER `tally` (
  source LowCardinality(String),
  resource String,
  sequence Int64,
  id String,
  type LowCardinality(String),
  occurred_at DateTime64(3, 'UTC'),
  account_id LowCardinality(String),
  zone LowCardinality(String),
  name String,
  offering LowCardinality(String),
  template LowCardinality(String),
  resource_type LowCardinality(String),
  vm String,
  size Int64,
  details String,
  tags String
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/engine_horizon_local', '{replica}') ORDER BY (source, resource, sequence)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS engine_horizon ON CLUSTER `tally` AS engine_horizon_local
ENGINE = Distributed('tally', currentDatabase(), engine_horizon_local, sipHash64(resource));

-- migration 20 rerating

ALTER TABLE run_local ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS asked_by String AFTER dry_run,
  ADD COLUMN IF NOT EXISTS reason String AFTER asked_by;

ALTER TABLE run ON CLUSTER `tally`
  ADD COLUMN IF NOT EXISTS asked_by String AFTER dry_run,
  ADD COLUMN IF NOT EXISTS reason String AFTER asked_by;

CREATE TABLE IF NOT EXISTS rerated_record_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/rerated_record_local', '{replica}')
PARTITION BY (period, run_seq)
ORDER BY (account_id, usage_type, resource, window_start, usage_record_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rerated_record ON CLUSTER `tally` AS rerated_record_local
ENGINE = Distributed('tally', currentDatabase(), rerated_record_local, sipHash64(resource));

CREATE TABLE IF NOT EXISTS rerated_account_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/rerated_account_local', '{replica}')
PARTITION BY (period, run_seq)
ORDER BY (account_id, payer_account_id, currency)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS rerated_account ON CLUSTER `tally` AS rerated_account_local
ENGINE = Distributed('tally', currentDatabase(), rerated_account_local, 0);

CREATE TABLE IF NOT EXISTS scratch_rerated_account ON CLUSTER `tally` (
  account_id String,
  records UInt64
) ENGINE = Memory;

-- migration 21 closed_bills

CREATE TABLE IF NOT EXISTS scratch_closed_account ON CLUSTER `tally` (
  account_id String,
  payer_account_id String,
  currency LowCardinality(String),
  domain String,
  rate_card_id String,
  default_card String,
  prices_ms Int64,
  former_seq UInt64,
  cut_seq UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_late_usage ON CLUSTER `tally` (
  account_id String,
  run_seq UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_rating_scope ON CLUSTER `tally` (
  account_id String
) ENGINE = Memory;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS adjusts_period LowCardinality(String) DEFAULT '';

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS adjusts_period LowCardinality(String) DEFAULT '';

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS adjusts_kind LowCardinality(String) DEFAULT '';

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS adjusts_kind LowCardinality(String) DEFAULT '';

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS adjusts_line UInt32 DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS adjusts_line UInt32 DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS former_line UInt32 DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS former_line UInt32 DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS restated_line UInt32 DEFAULT 0;

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS restated_line UInt32 DEFAULT 0;

ALTER TABLE statement_line_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS apart LowCardinality(String) DEFAULT '';

ALTER TABLE statement_line ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS apart LowCardinality(String) DEFAULT '';

ALTER TABLE rating_account_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS cut_seq UInt64 DEFAULT 0;

ALTER TABLE rating_account ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS cut_seq UInt64 DEFAULT 0;

-- migration 22 forecast_budgets

CREATE TABLE IF NOT EXISTS scratch_projection ON CLUSTER `tally` (run_seq UInt64) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS budget_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/budget_local', '{replica}') ORDER BY (budget_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS budget ON CLUSTER `tally` AS budget_local
ENGINE = Distributed('tally', currentDatabase(), budget_local, 0);

CREATE TABLE IF NOT EXISTS budget_notice_local ON CLUSTER `tally` (
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
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/budget_notice_local', '{replica}') ORDER BY (budget_id, period, notice_id, turn)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS budget_notice ON CLUSTER `tally` AS budget_notice_local
ENGINE = Distributed('tally', currentDatabase(), budget_notice_local, 0);

CREATE TABLE IF NOT EXISTS budget_check_local ON CLUSTER `tally` (
  period LowCardinality(String),
  run_seq UInt64,
  budgets UInt64,
  checked_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/budget_check_local', '{replica}') ORDER BY (period, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS budget_check ON CLUSTER `tally` AS budget_check_local
ENGINE = Distributed('tally', currentDatabase(), budget_check_local, 0);

-- migration 23 money

CREATE TABLE IF NOT EXISTS issuer_local ON CLUSTER `tally` (
  fence UInt64,
  issuer_id String,
  version UInt64,
  body String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/issuer_local', '{replica}') ORDER BY (issuer_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS issuer ON CLUSTER `tally` AS issuer_local
ENGINE = Distributed('tally', currentDatabase(), issuer_local, 0);

CREATE TABLE IF NOT EXISTS billing_profile_local ON CLUSTER `tally` (
  fence UInt64,
  account_id String,
  version UInt64,
  body String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/billing_profile_local', '{replica}') ORDER BY (account_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS billing_profile ON CLUSTER `tally` AS billing_profile_local
ENGINE = Distributed('tally', currentDatabase(), billing_profile_local, 0);

CREATE TABLE IF NOT EXISTS tax_rate_local ON CLUSTER `tally` (
  fence UInt64,
  tax_rate_id String,
  version UInt64,
  body String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/tax_rate_local', '{replica}') ORDER BY (tax_rate_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS tax_rate ON CLUSTER `tally` AS tax_rate_local
ENGINE = Distributed('tally', currentDatabase(), tax_rate_local, 0);

CREATE TABLE IF NOT EXISTS statement_document_local ON CLUSTER `tally` (
  run_seq UInt64,
  statement_id String,
  kind LowCardinality(String),
  series String,
  number_no UInt64,
  number String,
  payer_account_id String,
  period LowCardinality(String),
  currency LowCardinality(String),
  apart LowCardinality(String),
  rating_seq UInt64,
  reverses String,
  replaces String,
  issued_on String,
  due_on String,
  issuer_id String,
  issuer_version UInt64,
  issuer String,
  customer String,
  net Decimal(38, 9),
  tax Decimal(38, 9),
  total Decimal(38, 9),
  lines UInt64,
  asked_by String,
  reason String,
  overrides Array(String)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/statement_document_local', '{replica}') ORDER BY (period, payer_account_id, run_seq, statement_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS statement_document ON CLUSTER `tally` AS statement_document_local
ENGINE = Distributed('tally', currentDatabase(), statement_document_local, 0);

CREATE TABLE IF NOT EXISTS scratch_document ON CLUSTER `tally` (
  statement_id String,
  kind String,
  payer_account_id String,
  period String,
  currency String,
  apart String,
  rating_seq UInt64,
  source_id String,
  reverses String,
  replaces String,
  country String,
  region String,
  rule String,
  reason String,
  issuer_id String,
  issuer_version UInt64,
  issuer String,
  customer String,
  overrides Array(String)
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS final_line_local ON CLUSTER `tally` (
  run_seq UInt64,
  statement_id String,
  tax_rate_id LowCardinality(String),
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
  records UInt64,
  scope LowCardinality(String),
  rate_card_id String,
  charge_id String,
  charge_version UInt64,
  of_line UInt32,
  base_amount Decimal(38, 9),
  percent Decimal(18, 6),
  factor Decimal(18, 6),
  threshold Decimal(38, 9),
  days UInt16,
  of_days UInt16,
  adjusts_period LowCardinality(String),
  adjusts_kind LowCardinality(String),
  adjusts_line UInt32,
  former_line UInt32,
  restated_line UInt32,
  apart LowCardinality(String)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/final_line_local', '{replica}') PARTITION BY period ORDER BY (payer_account_id, statement_id, line)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS final_line ON CLUSTER `tally` AS final_line_local
ENGINE = Distributed('tally', currentDatabase(), final_line_local, sipHash64(payer_account_id));

CREATE TABLE IF NOT EXISTS statement_tax_local ON CLUSTER `tally` (
  run_seq UInt64,
  statement_id String,
  tax_rate_id LowCardinality(String),
  for_period LowCardinality(String),
  name String,
  category LowCardinality(String),
  percent Decimal(18, 6),
  reason String,
  net Decimal(38, 9),
  amount Decimal(38, 9)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/statement_tax_local', '{replica}') ORDER BY (statement_id, tax_rate_id, for_period)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS statement_tax ON CLUSTER `tally` AS statement_tax_local
ENGINE = Distributed('tally', currentDatabase(), statement_tax_local, 0);

CREATE TABLE IF NOT EXISTS credit_grant_local ON CLUSTER `tally` (
  fence UInt64,
  credit_id String,
  version UInt64,
  payer_account_id String,
  currency LowCardinality(String),
  kind LowCardinality(String),
  amount Decimal(38, 9),
  priority UInt16,
  valid_from DateTime64(3, 'UTC'),
  expires_at DateTime64(3, 'UTC'),
  state LowCardinality(String),
  note String,
  reason String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/credit_grant_local', '{replica}') ORDER BY (credit_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS credit_grant ON CLUSTER `tally` AS credit_grant_local
ENGINE = Distributed('tally', currentDatabase(), credit_grant_local, 0);

CREATE TABLE IF NOT EXISTS payment_local ON CLUSTER `tally` (
  fence UInt64,
  payment_id String,
  version UInt64,
  payer_account_id String,
  currency LowCardinality(String),
  amount Decimal(38, 9),
  paid_at DateTime64(3, 'UTC'),
  statement_id String,
  method String,
  note String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/payment_local', '{replica}') ORDER BY (payment_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS payment ON CLUSTER `tally` AS payment_local
ENGINE = Distributed('tally', currentDatabase(), payment_local, 0);

CREATE TABLE IF NOT EXISTS credit_draw_local ON CLUSTER `tally` (
  run_seq UInt64,
  credit_id String,
  statement_id String,
  amount Decimal(38, 9)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/credit_draw_local', '{replica}') ORDER BY (credit_id, statement_id, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS credit_draw ON CLUSTER `tally` AS credit_draw_local
ENGINE = Distributed('tally', currentDatabase(), credit_draw_local, 0);

CREATE TABLE IF NOT EXISTS ledger_entry_local ON CLUSTER `tally` (
  fence UInt64,
  run_seq UInt64,
  posting_id String,
  entry UInt16,
  kind LowCardinality(String),
  ledger_account LowCardinality(String),
  payer_account_id String,
  currency LowCardinality(String),
  period LowCardinality(String),
  statement_id String,
  reference String,
  booked_at DateTime64(3, 'UTC'),
  amount Decimal(38, 9)
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/ledger_entry_local', '{replica}') ORDER BY (payer_account_id, booked_at, posting_id, entry)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS ledger_entry ON CLUSTER `tally` AS ledger_entry_local
ENGINE = Distributed('tally', currentDatabase(), ledger_entry_local, 0);

CREATE TABLE IF NOT EXISTS balance_threshold_local ON CLUSTER `tally` (
  fence UInt64,
  account_id String,
  version UInt64,
  low String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/balance_threshold_local', '{replica}') ORDER BY (account_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS balance_threshold ON CLUSTER `tally` AS balance_threshold_local
ENGINE = Distributed('tally', currentDatabase(), balance_threshold_local, 0);

CREATE TABLE IF NOT EXISTS balance_notice_local ON CLUSTER `tally` (
  fence UInt64,
  notice_id String,
  payer_account_id String,
  currency LowCardinality(String),
  turn UInt32,
  state LowCardinality(String),
  balance Decimal(38, 9),
  low_amount Decimal(38, 9),
  run_seq UInt64,
  noticed_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/balance_notice_local', '{replica}') ORDER BY (payer_account_id, currency, turn)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS balance_notice ON CLUSTER `tally` AS balance_notice_local
ENGINE = Distributed('tally', currentDatabase(), balance_notice_local, 0);

CREATE TABLE IF NOT EXISTS export_file_local ON CLUSTER `tally` (
  export_id String,
  version UInt64,
  kind LowCardinality(String),
  format LowCardinality(String),
  body String,
  state LowCardinality(String),
  file String,
  rows UInt64,
  bytes UInt64,
  sha256 String,
  error String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/export_file_local', '{replica}') ORDER BY (export_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS export_file ON CLUSTER `tally` AS export_file_local
ENGINE = Distributed('tally', currentDatabase(), export_file_local, 0);

CREATE TABLE IF NOT EXISTS scratch_export_document ON CLUSTER `tally` (
  export_id String,
  run_seq UInt64,
  statement_id String,
  is_later UInt8,
  corrects String,
  number String,
  payer_account_id String,
  currency String,
  issued_on String,
  due_on String,
  issuer String,
  purchase_order String,
  net Decimal(38, 9),
  total Decimal(38, 9),
  reverses String
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_export_line ON CLUSTER `tally` (
  export_id String,
  run_seq UInt64,
  statement_id String,
  is_later UInt8,
  corrects String,
  payer_account_id String,
  currency String,
  line UInt32,
  account_id String,
  line_kind String,
  charged_as String,
  usage_type UInt16,
  tariff_id String,
  tariff_version UInt64,
  component String,
  tier UInt16,
  description String,
  quantity Int256,
  unit String,
  unit_base Int256,
  unit_price Decimal(38, 12),
  scope String,
  rate_card_id String,
  charge_id String,
  charge_version UInt64,
  of_line UInt32,
  threshold Decimal(38, 9),
  days UInt16,
  of_days UInt16,
  adjusts_period String,
  adjusts_line UInt32,
  exact Int256,
  rounded Int256,
  given Int256,
  of_rows Int256,
  service String,
  service_category String,
  subcategory String,
  sku String,
  by_offering UInt8,
  meter String,
  resource_type String,
  noun String,
  consumed_unit String,
  consumed_base Int256,
  card String,
  model String,
  pooled UInt8,
  size String,
  cuts Array(Int64)
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_export_month ON CLUSTER `tally` (
  export_id String,
  account_id String,
  name String,
  month String,
  starts DateTime64(3, 'UTC'),
  ends DateTime64(3, 'UTC')
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS webhook_local ON CLUSTER `tally` (
  fence UInt64,
  webhook_id String,
  version UInt64,
  url String,
  facts Array(String),
  secret String,
  former_secret String,
  former_until DateTime64(3, 'UTC'),
  state LowCardinality(String),
  created_at DateTime64(3, 'UTC'),
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/webhook_local', '{replica}') ORDER BY (webhook_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS webhook ON CLUSTER `tally` AS webhook_local
ENGINE = Distributed('tally', currentDatabase(), webhook_local, 0);

CREATE TABLE IF NOT EXISTS notification_local ON CLUSTER `tally` (
  fence UInt64,
  notification_id String,
  fact LowCardinality(String),
  subject String,
  channel LowCardinality(String),
  recipient String,
  language LowCardinality(String),
  body String,
  created_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/notification_local', '{replica}') ORDER BY notification_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS notification ON CLUSTER `tally` AS notification_local
ENGINE = Distributed('tally', currentDatabase(), notification_local, 0);

CREATE TABLE IF NOT EXISTS delivery_attempt_local ON CLUSTER `tally` (
  fence UInt64,
  notification_id String,
  attempt UInt16,
  step UInt8,
  state LowCardinality(String),
  answer String,
  at DateTime64(3, 'UTC'),
  next_at DateTime64(3, 'UTC'),
  by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/delivery_attempt_local', '{replica}') ORDER BY (notification_id, attempt, step)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS delivery_attempt ON CLUSTER `tally` AS delivery_attempt_local
ENGINE = Distributed('tally', currentDatabase(), delivery_attempt_local, 0);

-- migration 24 covered_accounts

ALTER TABLE period_close_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS covered UInt8 DEFAULT 0;

ALTER TABLE period_close ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS covered UInt8 DEFAULT 0;

-- migration 25 access

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS account_id String;

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS account_id String;

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS domain String;

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS domain String;

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS user_id String;

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS user_id String;

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS sources Array(String) DEFAULT ['*'];

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS sources Array(String) DEFAULT ['*'];

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS cidrs Array(String);

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS cidrs Array(String);

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS expires_ms Int64;

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS expires_ms Int64;

ALTER TABLE api_key_local ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS changed_by String;

ALTER TABLE api_key ON CLUSTER `tally` ADD COLUMN IF NOT EXISTS changed_by String;

CREATE TABLE IF NOT EXISTS access_user_local ON CLUSTER `tally` (
  fence UInt64,
  user_id String,
  version UInt64,
  account_id String,
  username String,
  email String,
  first_name String,
  last_name String,
  role LowCardinality(String),
  time_zone LowCardinality(String),
  state LowCardinality(String),
  password String,
  password_ms Int64,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/access_user_local', '{replica}') ORDER BY (user_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS access_user ON CLUSTER `tally` AS access_user_local
ENGINE = Distributed('tally', currentDatabase(), access_user_local, 0);

CREATE TABLE IF NOT EXISTS access_session_local ON CLUSTER `tally` (
  session_sha256 String,
  ended UInt8,
  kind LowCardinality(String),
  key_id String,
  user_id String,
  address String,
  opened_at DateTime64(3, 'UTC'),
  seen_at DateTime64(3, 'UTC'),
  ends_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/access_session_local', '{replica}', seen_at) ORDER BY (session_sha256, ended)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS access_session ON CLUSTER `tally` AS access_session_local
ENGINE = Distributed('tally', currentDatabase(), access_session_local, 0);

CREATE TABLE IF NOT EXISTS audit_line_local ON CLUSTER `tally` (
  ended_at DateTime64(3, 'UTC'),
  request_id String,
  begun_at DateTime64(3, 'UTC'),
  caller_id String,
  caller_name String,
  role LowCardinality(String),
  address String,
  method LowCardinality(String),
  operation LowCardinality(String),
  target String,
  status UInt16
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/audit_line_local', '{replica}') ORDER BY (ended_at, request_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS audit_line ON CLUSTER `tally` AS audit_line_local
ENGINE = Distributed('tally', currentDatabase(), audit_line_local, 0);

-- migration 26 operations

CREATE TABLE IF NOT EXISTS kept_answer_local ON CLUSTER `tally` (
  request_id String,
  fingerprint String,
  status UInt16,
  answer String,
  made_at DateTime64(3, 'UTC'),
  expires_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/kept_answer_local', '{replica}') ORDER BY (request_id, made_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS kept_answer ON CLUSTER `tally` AS kept_answer_local
ENGINE = Distributed('tally', currentDatabase(), kept_answer_local, 0);

CREATE TABLE IF NOT EXISTS operation_local ON CLUSTER `tally` (
  operation_id String,
  version UInt8,
  kind LowCardinality(String),
  subject String,
  state LowCardinality(String),
  holder String,
  outcome String,
  error String,
  asked_by String,
  changed_at DateTime64(3, 'UTC')
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/operation_local', '{replica}') ORDER BY (operation_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS operation ON CLUSTER `tally` AS operation_local
ENGINE = Distributed('tally', currentDatabase(), operation_local, 0);

-- views

CREATE OR REPLACE VIEW ended_claim ON CLUSTER `tally` AS
SELECT claim, toInt64(end_offset) AS end_offset
FROM (
  SELECT bitShiftLeft(toUInt64(log_partition), 32) + epoch AS claim,
    leadInFrame(toNullable(from_offset)) OVER (PARTITION BY log_partition ORDER BY epoch ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS end_offset
  FROM event_claim
)
WHERE end_offset IS NOT NULL
ORDER BY claim;

CREATE OR REPLACE VIEW settled_fence ON CLUSTER `tally` AS
SELECT max(fence) AS fence FROM control_turn WHERE state = 'done';

CREATE OR REPLACE VIEW void_fence ON CLUSTER `tally` AS
SELECT DISTINCT fence FROM control_turn WHERE state = 'void';

CREATE OR REPLACE VIEW ended_turn ON CLUSTER `tally` AS
SELECT fence AS ended_fence, min(changed_at) AS ended_at FROM control_turn WHERE state = 'done' GROUP BY ended_fence;

CREATE OR REPLACE VIEW current_account ON CLUSTER `tally` AS
SELECT * FROM account
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY account_id, fence DESC, version DESC LIMIT 1 BY account_id;

CREATE OR REPLACE VIEW current_catalogue ON CLUSTER `tally` AS
SELECT * FROM catalogue_entry
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY kind, id, fence DESC, version DESC LIMIT 1 BY kind, id;

CREATE OR REPLACE VIEW current_setting ON CLUSTER `tally` AS
SELECT * FROM setting
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY name, fence DESC, version DESC LIMIT 1 BY name;

CREATE OR REPLACE VIEW current_api_key ON CLUSTER `tally` AS
SELECT * FROM api_key
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY key_id, fence DESC, version DESC LIMIT 1 BY key_id;

CREATE OR REPLACE VIEW current_run ON CLUSTER `tally` AS
SELECT * FROM run ORDER BY run_seq, state = 'failed' DESC, step DESC LIMIT 1 BY run_seq;

CREATE OR REPLACE VIEW published_run ON CLUSTER `tally` AS
SELECT run_seq, kind, period FROM run
WHERE state = 'published' AND run_seq GLOBAL NOT IN (SELECT run_seq FROM run WHERE state = 'failed');

CREATE OR REPLACE VIEW metering_rule ON CLUSTER `tally` AS
SELECT effects.event_type AS event_type, effects.usage_type AS usage_type, effects.effect AS effect,
  toUInt8(if(effects.usage_type = 0, 255, indexOf(['duration', 'capacity', 'sum', 'counter', 'gauge', 'count', 'max', 'unique', 'latest'], types.measure) - 1)) AS measure,
  types.reading AS reading, types.shape_by AS shape_by, types.parts AS parts, types.max_gap_ms AS max_gap_ms,
  toUInt8(notEmpty(types.shape_by) OR types.measure = 'unique') AS masked
FROM (
  SELECT DISTINCT event_type, usage_type, effect FROM usage_type_effect WHERE registry_version = {registry_version:String}
) AS effects
GLOBAL LEFT JOIN (
  SELECT DISTINCT usage_type, toString(measure) AS measure, reading, shape_by, parts, max_gap_ms
  FROM usage_type WHERE registry_version = {registry_version:String}
) AS types ON types.usage_type = effects.usage_type;

CREATE OR REPLACE VIEW counted_event ON CLUSTER `tally` AS
SELECT
  event.k AS k, event.resource AS resource, event.part AS part, event.type AS type,
  event.t AS t, event.sequence AS sequence, event.source AS source, event.id AS id,
  event.account_id AS account_id, event.shape AS shape, event.event_ref AS event_ref,
  event.project_id AS project_id, event.zone AS zone, event.offering AS offering, event.template AS template,
  event.resource_type AS resource_type, event.vm AS vm, event.size AS size, event.virtual_size AS virtual_size,
  event.details AS details, event.tags AS tags,
  event.reading_names AS reading_names, event.reading_values AS reading_values, event.counter AS counter, event.epoch AS epoch
FROM (
  SELECT k, resource, part, type, toUnixTimestamp64Milli(occurred_at) - (type = 'tally.counter') AS t, toUnixTimestamp64Milli(occurred_at) AS occurred_ms,
    sequence, if(revision = 0, source, original_source) AS source, if(revision = 0, id, original_id) AS id,
    account_id, shape, reinterpretAsUInt64(id_hash) AS event_ref,
    project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags,
    reading_names, reading_values, counter, epoch
  FROM event
  WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
    AND toDate(occurred_at) <= toDate(fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'))
    AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    AND occurred_at <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
    AND toInt64(log_offset) <= transform(log_partition, {bound_partitions:Array(UInt32)}, {bound_offsets:Array(Int64)}, toInt64(-1))
    AND toInt64(log_offset) < transform(log_claim, ((SELECT (groupArray(claim), groupArray(end_offset)) FROM ended_claim) AS ended_claims).1, ended_claims.2, toInt64(9223372036854775807))
    AND ({only_touched:UInt8} = 0 OR k GLOBAL IN (SELECT k FROM scratch_touched))
    AND (log_partition, log_offset) GLOBAL NOT IN (
      SELECT log_partition, log_offset FROM event_excluded
      WHERE toDate(occurred_at) >= toDate(fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
        AND occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND occurred_at <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    )
    AND id_hash GLOBAL NOT IN (SELECT id_hash FROM scratch_superseded)
) AS event
GLOBAL LEFT ANY JOIN scratch_ended AS ended
  ON ended.account_id = event.account_id
WHERE event.t >= {from_ms:Int64} AND event.t < {to_ms:Int64} AND (ended.account_id = '' OR event.occurred_ms < ended.at_ms);

CREATE OR REPLACE VIEW open_state ON CLUSTER `tally` AS
SELECT k, resource, part, usage_type, measure, account_id, shape, per_ms, epoch,
  toUnixTimestamp64Milli(opened_at) AS opened_ms, opened_by
FROM resource_state
WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND ({only_touched:UInt8} = 0 OR k GLOBAL IN (SELECT k FROM scratch_touched))
  AND (
    (
      run_seq GLOBAL IN (
        SELECT max(run_seq) FROM checkpoint
        WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
          AND run_seq GLOBAL IN (SELECT run_seq FROM scratch_run)
      )
      AND k GLOBAL NOT IN (
        SELECT k FROM resource_state_repair
        WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
          AND run_seq GLOBAL IN (SELECT run_seq FROM scratch_run)
      )
    )
    OR (k, run_seq) GLOBAL IN (
      SELECT k, max(run_seq) FROM resource_state_repair
      WHERE at = fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
        AND run_seq GLOBAL IN (SELECT run_seq FROM scratch_run)
      GROUP BY k
    )
  );

CREATE OR REPLACE VIEW story ON CLUSTER `tally` AS
SELECT DISTINCT k, resource, part, usage_type, measure, account_id
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
UNION DISTINCT
SELECT DISTINCT k, resource, part, usage_type, measure, CAST(account_id, 'LowCardinality(String)') FROM scratch_event WHERE usage_type != 0 AND effect != 0;

CREATE OR REPLACE VIEW transition ON CLUSTER `tally` AS
SELECT k, resource, part, usage_type, measure, toInt8(1) AS effect, opened_ms AS t,
  toInt8(0) AS rank, '' AS sequenced_by, toInt64(-1) AS sequence, '' AS source, '' AS id,
  account_id, shape, per_ms, toUInt8(0) AS is_delta, epoch AS label, opened_by AS event_ref
FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
WHERE {only_touched:UInt8} != 0 OR measure = 4 OR k GLOBAL IN (SELECT k FROM scratch_event)
UNION ALL
SELECT k, resource, part, usage_type, measure, effect, t,
  toInt8(if(sequence >= 0, 1, 2)) AS rank, if(sequence >= 0, source, '') AS sequenced_by, sequence, source, id,
  account_id, shape, per_ms, is_delta, label, event_ref
FROM scratch_event
WHERE usage_type != 0;

CREATE OR REPLACE VIEW interval ON CLUSTER `tally` AS
WITH
stories AS (
  SELECT any(step.k) AS k, resource, part, usage_type, any(step.measure) AS measure,
    arraySort(groupArray((t, rank, sequenced_by, sequence, effect, source, id, CAST(account_id, 'String'), shape, per_ms, event_ref))) AS steps
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS step
  WHERE step.measure <= 1
  GROUP BY resource, part, usage_type
),
folded AS (
  SELECT k, resource, part, usage_type, measure, steps,
    arrayFold((held, step) -> multiIf(
        step.5 = 0 AND held.1 = 1 AND held.2 = step.8, (toUInt8(0), step.8, step.9, step.10, arrayPushBack(held.5, toUInt8(1))),
        step.5 = 0 OR (step.5 = 2 AND held.1 = 0) OR (held.1 = 1 AND held.2 = step.8 AND (step.10 < 0 OR (held.3 = step.9 AND held.4 = step.10))), (held.1, held.2, held.3, held.4, arrayPushBack(held.5, toUInt8(0))),
        (toUInt8(1), step.8, step.9, greatest(step.10, 0), arrayPushBack(held.5, toUInt8(1)))),
      steps, (toUInt8(0), '', toUInt128(0), toInt64(0), emptyArrayUInt8())).5 AS turns
  FROM stories
),
turning AS (
  SELECT k, resource, part, usage_type, measure, arrayFilter((step, turn) -> turn, steps, turns) AS kept,
    arrayPushBack(arrayPopFront(kept.1), toInt64(4611686018427387904)) AS ends,
    arrayPushBack(arrayPopFront(kept.11), toUInt64(0)) AS enders
  FROM folded
  WHERE has(turns, 1)
)
SELECT k, resource, part, usage_type, measure, turn.8 AS account_id, turn.9 AS shape, greatest(turn.10, 0) AS per_ms,
  turn.1 AS from_ms, next_t AS to_ms, turn.11 AS opened_by, next_by AS closed_by
FROM turning
ARRAY JOIN kept AS turn, ends AS next_t, enders AS next_by
WHERE turn.5 != 0 AND next_t > turn.1;

CREATE OR REPLACE VIEW gauge_interval ON CLUSTER `tally` AS
SELECT k, resource, part, usage_type, measure, account_id, shape, per_ms, t AS from_ms,
  least(next_t, if(max_gap_ms = 0, toInt64(4611686018427387904), t + max_gap_ms)) AS to_ms,
  event_ref AS opened_by, if(next_t <= to_ms, next_ref, toUInt64(0)) AS closed_by
FROM (
  SELECT *,
    leadInFrame(t, 1, toInt64(4611686018427387904)) OVER following AS next_t,
    leadInFrame(event_ref, 1, toUInt64(0)) OVER following AS next_ref
  FROM (
    SELECT *, anyLast(if(effect = 0, NULL, toNullable(toString(account_id)))) OVER (
      PARTITION BY k, resource, part, usage_type ORDER BY t, rank, sequenced_by, sequence, effect, source, id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS holder
    FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
    WHERE measure = 4
  )
  WHERE effect != 0 OR ifNull(holder, '') = account_id
  WINDOW following AS (PARTITION BY k, resource, part, usage_type ORDER BY t, rank, sequenced_by, sequence, effect, source, id
    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
) AS step
GLOBAL INNER JOIN (
  SELECT DISTINCT usage_type, max_gap_ms FROM metering_rule(registry_version = {registry_version:String}) WHERE measure = 4
) AS rule ON rule.usage_type = step.usage_type
WHERE effect != 0 AND per_ms > 0 AND to_ms > from_ms;

CREATE OR REPLACE VIEW counter_sample ON CLUSTER `tally` AS
WITH
stories AS (
  SELECT k, resource, part, usage_type,
    arraySort(groupArray((t, rank, sequenced_by, sequence, source, id, per_ms, label, CAST(account_id, 'String'), shape, event_ref))) AS samples,
    samples.7 AS values, samples.8 AS labels,
    arrayPushFront(arrayPopBack(values), toInt64(-1)) AS former_values,
    arrayPushFront(arrayPopBack(labels), '') AS former_labels,
    arrayExists((value, former, label, former_label) -> label != '' AND label = former_label AND value < former, values, former_values, labels, former_labels) AS falls_back
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8})
  WHERE measure = 3 AND NOT is_delta
  GROUP BY k, resource, part, usage_type
),
raised AS (
  SELECT *,

    if(falls_back, arrayFold((held, sample) -> (
        if(sample.8 != '' AND sample.8 = held.2, greatest(held.1, sample.7), sample.7) AS height, sample.8, arrayPushBack(held.3, height)),
      if(falls_back, samples, arraySlice(samples, 1, 0)), (toInt64(-1), '', emptyArrayInt64())).3, values) AS highs,
    arrayPushFront(arrayPopBack(highs), toInt64(-1)) AS former_highs,
    arrayMap((value, label, former_label, former_high, n) -> multiIf(n = 1, toInt64(0), label != '' AND former_label != '' AND label != former_label, value,
        value >= former_high, value - former_high, label = '' OR former_label = '', value, toInt64(0)),
      values, labels, former_labels, former_highs, arrayEnumerate(values)) AS deltas,
    arrayPushBack(arrayPopFront(samples.1), toInt64(4611686018427387904)) AS ends
  FROM stories
)
SELECT k, resource, part, usage_type, sample.9 AS account_id, sample.10 AS shape, sample.1 AS t, sample.8 AS label, sample.11 AS event_ref, high, next_t, delta
FROM raised
ARRAY JOIN samples AS sample, highs AS high, ends AS next_t, deltas AS delta;

CREATE OR REPLACE FUNCTION shape_of ON CLUSTER `tally` AS (project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags) ->
  reinterpretAsUInt128(sipHash128(project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags));

CREATE OR REPLACE VIEW masked_event ON CLUSTER `tally` AS
SELECT k, resource, part, usage_type, measure, effect, t, sequence, source, id, account_id, per_ms, is_delta, label, event_ref,
  shape_of(project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags) AS shape, project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags
FROM (
  SELECT event.k AS k, event.resource AS resource, event.part AS part, rule.usage_type AS usage_type, rule.measure AS measure, rule.effect AS effect,
    event.t AS t, event.sequence AS sequence, event.source AS source, event.id AS id, event.account_id AS account_id, event.event_ref AS event_ref,
    multiIf(measure = 1, event.size, measure IN (2, 3, 4, 6, 8) AND effect = 3, reading_values[indexOf(reading_names, reading)], 1) AS per_ms,
    counter = 'delta' AS is_delta, if(measure = 7, JSONExtractString(event.details, reading), epoch) AS label,
    if(empty(shape_by) OR has(shape_by, 'project_id'), toString(event.project_id), '') AS project_id,
    if(empty(shape_by) OR has(shape_by, 'zone'), toString(event.zone), '') AS zone,
    if(empty(shape_by) OR has(shape_by, 'offering'), toString(event.offering), '') AS offering,
    if(empty(shape_by) OR has(shape_by, 'template'), toString(event.template), '') AS template,
    if(empty(shape_by) OR has(shape_by, 'resource_type'), toString(event.resource_type), '') AS resource_type,
    if(empty(shape_by) OR has(shape_by, 'vm'), event.vm, '') AS vm,
    if(empty(shape_by) OR has(shape_by, 'size'), event.size, -1) AS size,
    if(empty(shape_by) OR has(shape_by, 'virtual_size'), event.virtual_size, -1) AS virtual_size,
    if(empty(shape_by) OR has(shape_by, 'details'), event.details, '{}') AS details,
    if(empty(shape_by) OR has(shape_by, 'tags'), event.tags, '{}') AS tags
  FROM counted_event(from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64},
  bound_partitions = {bound_partitions:Array(UInt32)}, bound_offsets = {bound_offsets:Array(Int64)}, only_touched = {only_touched:UInt8}) AS event
  GLOBAL INNER JOIN (
    SELECT * FROM metering_rule(registry_version = {registry_version:String}) WHERE masked = 1
  ) AS rule ON rule.event_type = event.type
  WHERE (NOT (measure IN (2, 3, 4, 6, 8) AND effect = 3) OR has(reading_names, reading))
    AND (measure != 7 OR JSONHas(event.details, reading))
);

CREATE OR REPLACE FUNCTION usage_record_id_of ON CLUSTER `tally` AS (account_id, usage_type, resource, part, shape, window_start, window_end) ->
  reinterpretAsUInt128(sipHash128(concat(
    reinterpretAsFixedString(toUInt32(length(account_id))), reinterpretAsFixedString(toUInt32(length(resource))),
    reinterpretAsFixedString(usage_type), reinterpretAsFixedString(shape),
    reinterpretAsFixedString(toUnixTimestamp64Milli(window_start)), reinterpretAsFixedString(toUnixTimestamp64Milli(window_end)),
    account_id, resource, part)));

CREATE OR REPLACE FUNCTION lies_in_bucket ON CLUSTER `tally` AS (start_ms, end_ms, edges) ->
  start_ms >= edges[1] AND end_ms <= edges[-1] AND roundDown(start_ms, edges) = roundDown(end_ms - 1, edges);

CREATE OR REPLACE VIEW published_usage ON CLUSTER `tally` AS
SELECT *, k FROM usage_record
WHERE run_seq = {live_seq:UInt64} OR run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64});

CREATE OR REPLACE VIEW published_slice ON CLUSTER `tally` AS
SELECT * FROM slice
WHERE run_seq = {live_seq:UInt64} OR run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64});

CREATE OR REPLACE VIEW published_window ON CLUSTER `tally` AS
SELECT splitByString(' from ', toString(run_window.time_zone))[1] AS time_zone, toString(run_window.time_zone) AS calendar,
  window_start, window_end, run_seq, first FROM run_window
WHERE run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate');

CREATE OR REPLACE VIEW resource_label ON CLUSTER `tally` AS
SELECT account_id, resource, part, argMax(resource_name.name, (resource_name.occurred_at, resource_name.name)) AS name FROM resource_name
WHERE empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)}
GROUP BY account_id, resource, part;

CREATE OR REPLACE VIEW usage_page ON CLUSTER `tally` AS
SELECT run_seq, sign, account_id, window_start, window_end, k, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at
FROM published_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND window_end > fromUnixTimestamp64Milli({ends_ms:Int64}, 'UTC')
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
  AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
  AND ({after_account:String} = '' OR account_id > {after_account:String} OR (account_id = {after_account:String} AND (
    window_start > fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC') OR (window_start = fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')
      AND (k, usage_type, resource, part, shape, window_end) > (sipHash64({after_resource:String}), {after_type:UInt16}, {after_resource:String}, {after_part:String}, toUInt128({after_shape:String}), fromUnixTimestamp64Milli({after_end_ms:Int64}, 'UTC'))))))
ORDER BY account_id, window_start, k, usage_type, resource, part, shape
LIMIT {rows:UInt32};

CREATE OR REPLACE VIEW zone_of_account ON CLUSTER `tally` AS
SELECT account_id,
  arraySort(groupArray((toUnixTimestamp64Milli(from_at), account_zone.run_seq, toString(account_zone.time_zone)))) AS entries,
  arrayFilter((entry, next_ms) -> entry.1 != next_ms, entries, arrayPushBack(arrayPopFront(entries.1), toInt64(-1))) AS counting,
  counting.3[-1] AS time_zone,
  counting.1 AS from_ms,
  counting.3 AS zones,
  arrayStringConcat(arrayMap((ms, name) -> concat(toString(ms), ' ', name), from_ms, zones), ',') AS timeline
FROM account_zone
WHERE account_zone.run_seq = {run_seq:UInt64} OR account_zone.run_seq GLOBAL IN (SELECT run_seq FROM published_run)
GROUP BY account_id;

CREATE OR REPLACE VIEW moving_account ON CLUSTER `tally` AS
SELECT fixed.account_id AS account_id, fixed.timeline AS timeline, wish.wanted AS wanted,
  greatest(wish.named_ms, if(wish.named = '', {default_since_ms:Int64}, toInt64(0))) AS since_ms,
  concat(timeline, '>', wanted, '@', toString(since_ms)) AS move
FROM (
  SELECT account_id, if(named = '', {default_zone:String}, named) AS wanted,
    arrayReverseSort(groupArray(((fence, version), toString(account.time_zone), toUnixTimestamp64Milli(changed_at)))) AS versions,
    versions[1].2 AS named,
    arrayFirstIndex(told -> told.2 != named, versions) AS other,
    versions[if(other = 0, length(versions), other - 1)].3 AS named_ms
  FROM account
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
  GROUP BY account_id
) AS wish
GLOBAL INNER JOIN zone_of_account(run_seq = {run_seq:UInt64}) AS fixed ON fixed.account_id = wish.account_id
WHERE fixed.time_zone != wish.wanted;

CREATE OR REPLACE VIEW account_of_zone ON CLUSTER `tally` AS
SELECT account_id FROM scratch_account WHERE zone = {zone:String} AND from_ms <= {at_ms:Int64} AND to_ms > {at_ms:Int64};

CREATE OR REPLACE VIEW counting_interval ON CLUSTER `tally` AS
SELECT k, resource, part, interval.usage_type AS usage_type, measure, account_id, shape, per_ms, label,
  greatest(interval.from_ms, counting.from_ms) AS from_ms, to_ms, interval.from_ms AS opened_ms, opened_by, closed_by
FROM scratch_interval AS interval
GLOBAL LEFT ANY JOIN scratch_counting AS counting ON counting.usage_type = interval.usage_type
WHERE to_ms > greatest(interval.from_ms, counting.from_ms);

CREATE OR REPLACE VIEW placed_interval ON CLUSTER `tally` AS
SELECT *,
  toUInt32(transform(roundDown(greatest(from_ms, {edges:Array(Int64)}[1]), {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS first_w,
  toUInt32(transform(roundDown(least(to_ms, {edges:Array(Int64)}[-1]) - 1, {edges:Array(Int64)}), {edges:Array(Int64)}, arrayEnumerate({edges:Array(Int64)}), toUInt32(0))) AS last_w,
  if(from_ms <= {edges:Array(Int64)}[first_w], first_w, first_w + 1) AS whole_w,
  greatest(whole_w, if(to_ms >= {edges:Array(Int64)}[last_w + 1], last_w + 1, last_w)) AS open_w
FROM counting_interval
WHERE measure != 9 AND from_ms < {edges:Array(Int64)}[-1] AND to_ms > {edges:Array(Int64)}[1]
  AND account_id GLOBAL IN (SELECT account_id FROM account_of_zone(zone = {zone:String}, at_ms = {edges:Array(Int64)}[1]));

CREATE OR REPLACE VIEW partial_slice ON CLUSTER `tally` AS
SELECT account_id, usage_type, measure, resource, part, shape, label, per_ms, opened_ms, opened_by,
  {edges:Array(Int64)}[w] AS start_ms,
  {edges:Array(Int64)}[w + 1] AS end_ms,
  greatest(from_ms, start_ms) AS slice_from_ms,
  least(to_ms, end_ms) AS slice_to_ms,
  if(to_ms < end_ms, closed_by, toUInt64(0)) AS slice_closed_by,
  slice_to_ms - slice_from_ms AS slice_ms,
  toInt256(slice_ms) * per_ms AS slice_quantity
FROM placed_interval(edges = {edges:Array(Int64)}, zone = {zone:String})
ARRAY JOIN arrayFilter(at -> at < whole_w OR at >= open_w, if(first_w = last_w, [first_w], [first_w, last_w])) AS w;

CREATE OR REPLACE VIEW touched_record ON CLUSTER `tally` AS
SELECT account_id, {edges:Array(Int64)}[w] AS start_ms, {edges:Array(Int64)}[w + 1] AS end_ms, usage_type, resource, part, shape,
  toInt256(end_ms - start_ms) * per_ms AS quantity, end_ms - start_ms AS duration_ms, toInt32(1) AS slices,
  start_ms AS first_ms, end_ms AS last_ms, opened_ms, opened_by, toUInt64(0) AS closed_by
FROM placed_interval(edges = {edges:Array(Int64)}, zone = {zone:String})
ARRAY JOIN range(whole_w, open_w) AS w
WHERE measure <= 5
UNION ALL
SELECT account_id, start_ms, end_ms, usage_type, resource, part, shape,
  sum(slice_quantity) AS quantity,
  sum(if(measure IN (0, 1, 4), slice_ms, 0)) AS duration_ms,
  toInt32(count()) AS slices,
  min(slice_from_ms) AS first_ms,
  max(slice_to_ms) AS last_ms,
  argMin(opened_ms, slice_from_ms) AS opened_ms,
  argMin(opened_by, slice_from_ms) AS opened_by,
  argMax(slice_closed_by, slice_to_ms) AS closed_by
FROM partial_slice(edges = {edges:Array(Int64)}, zone = {zone:String})
WHERE measure <= 5
GROUP BY account_id, usage_type, resource, part, shape, start_ms, end_ms;

CREATE OR REPLACE VIEW touched_extreme ON CLUSTER `tally` AS
SELECT account_id, start_ms, end_ms, usage_type, resource, part, shape,
  multiIf(any(measure) = 6, toInt256(max(per_ms)), any(measure) = 8, toInt256(argMax(per_ms, slice_from_ms)), toInt256(uniqExact(label))) AS quantity,
  toInt64(0) AS duration_ms,
  toInt32(1) AS slices,
  multiIf(any(measure) = 6, -max((per_ms, -slice_from_ms)).2, any(measure) = 8, max(slice_from_ms), min(slice_from_ms)) AS first_ms,
  first_ms + 1 AS last_ms,
  first_ms AS opened_ms,
  multiIf(any(measure) = 6, argMax(opened_by, (per_ms, -slice_from_ms)), any(measure) = 8, argMax(opened_by, slice_from_ms), argMin(opened_by, (slice_from_ms, opened_by))) AS opened_by,
  opened_by AS closed_by
FROM partial_slice(edges = {edges:Array(Int64)}, zone = {zone:String})
WHERE measure IN (6, 7, 8)
GROUP BY account_id, usage_type, resource, part, shape, start_ms, end_ms
HAVING quantity > 0;

CREATE OR REPLACE VIEW untouched_state ON CLUSTER `tally` AS
SELECT * FROM open_state(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = 0)
WHERE measure != 4 AND k GLOBAL NOT IN (SELECT k FROM scratch_event);

CREATE OR REPLACE VIEW accepted_arrival ON CLUSTER `tally` AS
SELECT * FROM scratch_arrival
WHERE (log_partition, log_offset) GLOBAL NOT IN (
  SELECT log_partition, log_offset FROM event_excluded WHERE log_offset BETWEEN {from_offset:UInt64} AND {to_offset:UInt64}
);

CREATE OR REPLACE VIEW revised_id ON CLUSTER `tally` AS
WITH RECURSIVE revised AS (
  SELECT DISTINCT original_hash AS id_hash, toUInt8(1) AS depth
  FROM accepted_arrival(from_offset = {from_offset:UInt64}, to_offset = {to_offset:UInt64}) WHERE original_hash != 0
  UNION ALL
  SELECT revision.id_hash AS id_hash, toUInt8(revised.depth + 1) AS depth
  FROM (SELECT DISTINCT original_hash, id_hash FROM event_revision) AS revision
  GLOBAL INNER JOIN revised ON revised.id_hash = revision.original_hash
  WHERE revised.depth < 100
)
SELECT DISTINCT id_hash FROM revised;

CREATE OR REPLACE VIEW admitted ON CLUSTER `tally` AS
SELECT if(count() = 0, toInt64(-1),
  argMax(arrayMin(arrayMap(entry -> toInt64OrZero(entry.2), JSONExtractKeysAndValues(bound, 'String'))), run_seq)) AS up_to_offset
FROM run
WHERE state = 'published' AND bound NOT IN ('', '{}') AND run_seq GLOBAL IN (SELECT run_seq FROM published_run);

CREATE OR REPLACE FUNCTION usage_adjustment_id_of ON CLUSTER `tally` AS (usage_record_id, adjusted_by) ->
  reinterpretAsUInt128(sipHash128(usage_record_id, adjusted_by));

CREATE OR REPLACE VIEW closed_period ON CLUSTER `tally` AS
SELECT *, covered = 0 AS is_member FROM period_close
WHERE run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'close');

CREATE OR REPLACE VIEW account_over_time ON CLUSTER `tally` AS
SELECT account_id, changed_at, domain, if(payer_account_id = '', account_id, payer_account_id) AS payer, currency, toString(rate_card_id) AS own_card
FROM (
  SELECT account_id, changed_at, domain, payer_account_id, currency, rate_card_id,
    row_number() OVER latest_first AS place,
    min(changed_at) OVER (PARTITION BY account_id ORDER BY fence DESC, version DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS overtaken_at
  FROM account
  WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
  WINDOW latest_first AS (PARTITION BY account_id ORDER BY fence DESC, version DESC)
)
WHERE place = 1 OR changed_at < overtaken_at;

CREATE OR REPLACE VIEW settled_account ON CLUSTER `tally` AS
SELECT account_id, argMin(payer_account_id, run_seq) AS payer, min(run_seq) AS settled_seq
FROM closed_period
WHERE toString(closed_period.period) >= {period:String} AND is_member AND account_id != ''
GROUP BY account_id;

CREATE OR REPLACE VIEW closed_account ON CLUSTER `tally` AS
SELECT account_id, run_seq AS close_seq, max(max(to_at)) OVER (PARTITION BY account_id ORDER BY run_seq) AS closed_to
FROM closed_period
WHERE empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)}
GROUP BY account_id, run_seq;

CREATE OR REPLACE VIEW late_pair ON CLUSTER `tally` AS
SELECT pair.1 AS run_seq, fromUnixTimestamp64Milli(pair.2, 'UTC') AS window_start
FROM (SELECT arrayJoin(arrayZip({late_runs:Array(UInt64)}, {late_starts:Array(Int64)})) AS pair);

CREATE OR REPLACE VIEW late_usage ON CLUSTER `tally` AS
SELECT usage.run_seq AS run_seq, usage.sign AS sign, usage.account_id AS account_id, usage.window_start AS window_start,
  usage.window_end AS window_end, usage.k AS k, usage.usage_type AS usage_type, usage.resource AS resource, usage.part AS part, usage.shape AS shape,
  usage.quantity AS quantity, usage.duration_ms AS duration_ms, usage.slices AS slices,
  closing.closed_to > usage.window_start AS is_adjustment, if(is_adjustment, usage.run_seq, toUInt64(0)) AS adjusted_by,
  if(is_adjustment, usage.window_start, usage.first_at) AS first_at, if(is_adjustment, usage.window_end, usage.last_at) AS last_at,
  if(is_adjustment, closing.closed_to, usage.window_start) AS booked_at, if(is_adjustment, addMilliseconds(closing.closed_to, 1), usage.window_end) AS booked_end
FROM (
  SELECT *, k FROM usage_record
  WHERE run_seq IN {late_runs:Array(UInt64)} AND run_seq GLOBAL NOT IN (SELECT run_seq FROM run WHERE state = 'failed')
    AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND window_start GLOBAL IN (SELECT fromUnixTimestamp64Milli(arrayJoin({late_starts:Array(Int64)}), 'UTC'))
    AND (run_seq, window_start) GLOBAL IN (SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}))
) AS usage
GLOBAL ASOF LEFT JOIN closed_account(account_ids = {account_ids:Array(String)}) AS closing ON closing.account_id = usage.account_id AND closing.close_seq < usage.run_seq;

CREATE OR REPLACE VIEW booked_usage ON CLUSTER `tally` AS
SELECT run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at,
  toUInt64(0) AS adjusted_by, window_start AS booked_at, window_end AS booked_end
FROM published_usage(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
WHERE (run_seq, window_start) GLOBAL NOT IN (
  SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
)
UNION ALL
SELECT run_seq, sign, account_id, window_start, window_end, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at,
  adjusted_by, booked_at, booked_end
FROM late_usage(account_ids = {account_ids:Array(String)}, late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)});

CREATE OR REPLACE VIEW booked_page ON CLUSTER `tally` AS
SELECT page.*, closing.closed_to > page.window_start
  AND (page.run_seq, page.window_start) GLOBAL IN (SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)})) AS is_adjustment
FROM usage_page(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, ends_ms = {ends_ms:Int64}, account_ids = {account_ids:Array(String)}, usage_types = {usage_types:Array(UInt16)}, resources = {resources:Array(String)},
  after_account = {after_account:String}, after_ms = {after_ms:Int64}, after_end_ms = {after_end_ms:Int64}, after_type = {after_type:UInt16}, after_resource = {after_resource:String}, after_part = {after_part:String}, after_shape = {after_shape:String}, rows = {rows:UInt32}) AS page
GLOBAL ASOF LEFT JOIN closed_account(account_ids = {account_ids:Array(String)}) AS closing ON closing.account_id = page.account_id AND closing.close_seq < page.run_seq;

CREATE OR REPLACE VIEW booked_slice ON CLUSTER `tally` AS
SELECT * FROM published_slice(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
WHERE (run_seq, window_start) GLOBAL NOT IN (
  SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
)
UNION ALL
SELECT late.*
FROM (
  SELECT * FROM published_slice(as_of = {as_of:UInt64}, live_seq = {live_seq:UInt64})
  WHERE (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
    AND (run_seq, window_start) GLOBAL IN (
      SELECT run_seq, window_start FROM late_pair(late_runs = {late_runs:Array(UInt64)}, late_starts = {late_starts:Array(Int64)}) WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')
    )
) AS late
GLOBAL ASOF LEFT JOIN closed_account(account_ids = {account_ids:Array(String)}) AS closing ON closing.account_id = late.account_id AND closing.close_seq < late.run_seq
WHERE closing.closed_to <= late.window_start;

CREATE OR REPLACE VIEW current_finding ON CLUSTER `tally` AS
SELECT * FROM finding ORDER BY finding_id, version DESC LIMIT 1 BY finding_id;

CREATE OR REPLACE VIEW refused_message ON CLUSTER `tally` AS
SELECT quarantine_id, any(entry.raw) AS message, any(entry.source) AS source, any(entry.id) AS id, any(entry.field) AS field,
  any(entry.reason) AS reason, toUnixTimestamp64Milli(max(entry.replayed_at)) != 0 AS replayed, min(entry.first_seen_at) AS seen_at
FROM quarantine AS entry
GROUP BY quarantine_id;

CREATE OR REPLACE VIEW fresh_window ON CLUSTER `tally` AS
SELECT DISTINCT window_start FROM run_window
WHERE run_seq > {since_run:UInt64} AND run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate');

CREATE OR REPLACE VIEW fresh_record ON CLUSTER `tally` AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end,
  sum(row.quantity) AS quantity, sum(toInt64(row.duration_ms)) AS duration_ms, sum(toInt64(row.slices)) AS slices,
  argMaxIf(row.first_at, row.run_seq, row.sign = 1) AS first_at, argMaxIf(row.last_at, row.run_seq, row.sign = 1) AS last_at
FROM usage_record AS row
WHERE window_start GLOBAL IN (SELECT window_start FROM fresh_window(since_run = {since_run:UInt64}))
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND row.run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate')
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end
HAVING sum(row.sign) != 0;

CREATE OR REPLACE VIEW fresh_slice ON CLUSTER `tally` AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, from_at, to_at, sum(row.quantity) AS quantity
FROM slice AS row
WHERE window_start GLOBAL IN (SELECT window_start FROM fresh_window(since_run = {since_run:UInt64}))
  AND k BETWEEN {k_from:UInt64} AND {k_to:UInt64}
  AND row.run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate')
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, from_at, to_at
HAVING sum(row.sign) != 0;

CREATE OR REPLACE VIEW fresh_stretch ON CLUSTER `tally` AS
SELECT account_id, usage_type, resource, part, window_start, first_at AS from_at, last_at AS to_at
FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
WHERE slices = 1 AND duration_ms > 0
UNION ALL
SELECT account_id, usage_type, resource, part, window_start, from_at, to_at
FROM fresh_slice(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
WHERE (account_id, usage_type, resource, part, shape, window_start) GLOBAL IN (
  SELECT account_id, usage_type, resource, part, shape, window_start
  FROM fresh_record(since_run = {since_run:UInt64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64})
  WHERE slices > 1 AND duration_ms > 0
);

CREATE OR REPLACE VIEW told_step ON CLUSTER `tally` AS
WITH
stories AS (
  SELECT any(step.k) AS k, resource, part, usage_type,
    arraySort(groupArray((t, rank, sequenced_by, sequence, effect, source, id, CAST(account_id, 'String'), shape, per_ms, event_ref))) AS steps
  FROM transition(from_ms = {from_ms:Int64}, k_from = {k_from:UInt64}, k_to = {k_to:UInt64}, only_touched = {only_touched:UInt8}) AS step
  WHERE step.measure <= 1
  GROUP BY resource, part, usage_type
),
folded AS (
  SELECT k, resource, part, usage_type, steps,
    arrayFold((held, step) -> multiIf(
        step.5 = 0 AND held.1 = 1 AND held.2 = step.8, (toUInt8(0), step.8, step.9, arrayPushBack(held.4, (toUInt8(1), held.1))),
        step.5 = 0 OR (step.5 = 2 AND held.1 = 0) OR (held.1 = 1 AND held.2 = step.8 AND held.3 = step.9), (held.1, held.2, held.3, arrayPushBack(held.4, (toUInt8(0), held.1))),
        (toUInt8(1), step.8, step.9, arrayPushBack(held.4, (toUInt8(1), held.1)))),
      steps, (toUInt8(0), '', toUInt128(0), CAST([], 'Array(Tuple(UInt8, UInt8))'))).4 AS turns
  FROM stories
)
SELECT k, resource, part, usage_type, step.1 AS t, step.5 AS effect, step.6 AS source, step.7 AS id, step.8 AS account_id,
  step.11 AS event_ref, turn.1 AS turned, turn.2 AS was_open
FROM folded
ARRAY JOIN steps AS step, turns AS turn
WHERE step.2 > 0;

CREATE OR REPLACE VIEW current_archive ON CLUSTER `tally` AS
SELECT * FROM archive ORDER BY month, version DESC LIMIT 1 BY month;

CREATE OR REPLACE VIEW archive_horizon ON CLUSTER `tally` AS
SELECT month, horizon_at, run_seq FROM current_archive
WHERE state IN ('written', 'archived', 'restoring')
ORDER BY month DESC
LIMIT 1;

CREATE OR REPLACE VIEW rate_card_version ON CLUSTER `tally` AS
SELECT * FROM rate_card
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY rate_card_id, version, fence DESC, revision DESC LIMIT 1 BY rate_card_id, version;

CREATE OR REPLACE VIEW current_card_assignment ON CLUSTER `tally` AS
SELECT * FROM rate_card_assignment
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY kind, id, valid_from, fence DESC, revision DESC LIMIT 1 BY kind, id, valid_from;

CREATE OR REPLACE VIEW card_of_account ON CLUSTER `tally` AS
WITH
  in_force AS (
    SELECT * FROM current_card_assignment WHERE valid_from <= {period:String} ORDER BY kind, id, valid_from DESC LIMIT 1 BY kind, id
  ),
  (SELECT groupArray((id, rate_card_id)) FROM in_force WHERE kind = 'domain' AND rate_card_id != '') AS domains
SELECT account.account_id AS account_id,
  splitByChar('/', account.domain) AS parts,
  arrayMap(depth -> arrayStringConcat(arraySlice(parts, 1, depth), '/'), reverse(range(1, length(parts) + 1))) AS paths,
  arrayFirst(path -> has(domains.1, path), paths) AS domain,
  multiIf(own.rate_card_id != '', 'account', own.id = '' AND account.rate_card_id != '', 'account', domain != '', 'domain', 'default') AS source,
  multiIf(
    own.rate_card_id != '', own.rate_card_id,
    source = 'account', toString(account.rate_card_id),
    source = 'domain', domains.2[indexOf(domains.1, domain)],
    account.default_card) AS card,
  if(own.override_card_id = '', card, concat(card, ' ', own.override_card_id)) AS rate_card_id,
  own.override_card_id AS override_card_id,
  account.prices_ms AS prices_ms
FROM (
  SELECT account_id, domain, toString(current_account.rate_card_id) AS rate_card_id, {default_card:String} AS default_card, toInt64(0) AS prices_ms
  FROM current_account WHERE {frozen:UInt8} = 0
  UNION ALL
  SELECT account_id, domain, rate_card_id, default_card, prices_ms FROM scratch_closed_account WHERE {frozen:UInt8} = 1
) AS account
GLOBAL LEFT JOIN (SELECT id, rate_card_id, override_card_id FROM in_force WHERE kind = 'account') AS own ON own.id = account.account_id;

CREATE OR REPLACE FUNCTION statement_id_of ON CLUSTER `tally` AS (payer_account_id, period, apart) ->
  concat('st_', replaceOne(period, '-', ''), '_',
    lower(hex(if(apart = '', sipHash128(payer_account_id, period), sipHash128(payer_account_id, period, apart)))));

CREATE OR REPLACE FUNCTION month_of_statement ON CLUSTER `tally` AS (statement_id) -> concat(substring(statement_id, 4, 4), '-', substring(statement_id, 8, 2));

CREATE OR REPLACE VIEW rated_usage ON CLUSTER `tally` AS
SELECT * FROM usage_record
WHERE (run_seq GLOBAL IN (SELECT run_seq FROM scratch_projection) OR run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64}))
  AND ((SELECT count() FROM scratch_late_usage) = 0 OR (toString(account_id), run_seq) GLOBAL NOT IN (SELECT account_id, run_seq FROM scratch_late_usage))
  AND ((SELECT count() FROM scratch_rating_scope) = 0 OR account_id GLOBAL IN (SELECT account_id FROM scratch_rating_scope));

CREATE OR REPLACE VIEW rated_slice ON CLUSTER `tally` AS
SELECT * FROM slice
WHERE (run_seq GLOBAL IN (SELECT run_seq FROM scratch_projection) OR run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64}))
  AND ((SELECT count() FROM scratch_late_usage) = 0 OR (toString(account_id), run_seq) GLOBAL NOT IN (SELECT account_id, run_seq FROM scratch_late_usage))
  AND ((SELECT count() FROM scratch_rating_scope) = 0 OR account_id GLOBAL IN (SELECT account_id FROM scratch_rating_scope));

CREATE OR REPLACE VIEW identified_usage ON CLUSTER `tally` AS
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity, duration_ms, slices, first_at, last_at,
  usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end) AS usage_record_id
FROM rated_usage(as_of = {as_of:UInt64})
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC');

CREATE OR REPLACE VIEW usage_truth ON CLUSTER `tally` AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id, quantity, duration_ms
FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE usage_record_id GLOBAL NOT IN (
  SELECT usage_record_id FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) WHERE sign = -1
)
UNION ALL
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id,
  sum(quantity) AS quantity, sum(duration_ms) AS duration_ms
FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE (account_id, window_start) GLOBAL IN (
    SELECT account_id, window_start FROM rated_usage(as_of = {as_of:UInt64})
    WHERE sign = -1
      AND window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  )
  AND usage_record_id GLOBAL IN (
    SELECT usage_record_id FROM identified_usage(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}) WHERE sign = -1
  )
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id
HAVING sum(sign) > 0;

CREATE OR REPLACE FUNCTION is_cut_inside ON CLUSTER `tally` AS (cuts, window_start, window_end) ->
  roundDown(toUnixTimestamp64Milli(window_end) - 1, cuts) > toUnixTimestamp64Milli(window_start);

CREATE OR REPLACE VIEW cut_series ON CLUSTER `tally` AS
SELECT account.account_id AS account_id, price.usage_type AS usage_type, any(price.cuts) AS own_cuts
FROM scratch_rated_account AS account
GLOBAL INNER JOIN scratch_price AS price ON price.plan = account.plan
WHERE notEmpty(price.cuts)
GROUP BY account_id, usage_type;

CREATE OR REPLACE VIEW cut_slice ON CLUSTER `tally` AS
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity,
  toUnixTimestamp64Milli(from_at) AS slice_from_ms, toUnixTimestamp64Milli(to_at) AS slice_to_ms
FROM rated_slice(as_of = {as_of:UInt64})
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (account_id, usage_type) GLOBAL IN (SELECT account_id, usage_type FROM cut_series)
  AND is_cut_inside({cuts:Array(Int64)}, window_start, window_end)
UNION ALL
SELECT sign, account_id, usage_type, resource, part, shape, window_start, window_end, quantity,
  toUnixTimestamp64Milli(first_at), toUnixTimestamp64Milli(last_at)
FROM rated_usage(as_of = {as_of:UInt64})
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND abs(slices) = 1
  AND (account_id, usage_type) GLOBAL IN (SELECT account_id, usage_type FROM cut_series)
  AND is_cut_inside({cuts:Array(Int64)}, window_start, window_end);

CREATE OR REPLACE VIEW cut_piece ON CLUSTER `tally` AS
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
  GLOBAL INNER JOIN (SELECT account_id AS owner, usage_type AS priced_type, own_cuts FROM cut_series) AS priced ON owner = account_id AND priced_type = usage_type
)
ARRAY JOIN segments AS edge
WHERE slice_from_ms < edge.2 AND slice_to_ms > edge.1;

CREATE OR REPLACE VIEW usage_part ON CLUSTER `tally` AS
SELECT account_id, usage_type, resource, part, shape, window_start, window_end, usage_record_id, window_start AS part_start, quantity
FROM usage_truth(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64})
WHERE NOT (
  is_cut_inside({cuts:Array(Int64)}, window_start, window_end)
  AND (account_id, usage_type) GLOBAL IN (SELECT account_id, usage_type FROM cut_series)
)
UNION ALL
SELECT account_id, usage_type, resource, part, shape, window_start, window_end,
  usage_record_id_of(account_id, usage_type, resource, part, shape, window_start, window_end) AS usage_record_id,
  fromUnixTimestamp64Milli(edge.1, 'UTC') AS part_start, sum(quantity) AS quantity
FROM cut_piece(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)})
GROUP BY account_id, usage_type, resource, part, shape, window_start, window_end, edge
HAVING sum(sign) > 0;

CREATE OR REPLACE VIEW candidate_price ON CLUSTER `tally` AS
SELECT plan, usage_type, class, groupArray((price_no, series_no)) AS price_nos, groupArray(schedule_no) AS schedule_nos,
  max(schedule_no) AS scheduled
FROM scratch_price
GLOBAL INNER JOIN scratch_class_condition AS met ON met.condition_no = scratch_price.condition_no
WHERE matched = 1 AND (price_no, class) GLOBAL NOT IN (
  SELECT price_no, class
  FROM (SELECT price_no, arrayJoin(except_conditions) AS except_no FROM scratch_price) AS excepting
  GLOBAL INNER JOIN scratch_class_condition AS other ON other.condition_no = except_no
)
GROUP BY plan, usage_type, class;

CREATE OR REPLACE VIEW priced_part ON CLUSTER `tally` AS
SELECT resource, part, shape, window_start, window_end, usage_record_id, part_start, usage_type, account_no, payer_no, quantity,
  arrayJoin(if(empty(holding), [(toUInt32(0), toUInt32(0))], holding)) AS price, price.1 AS price_no, price.2 AS series_no
FROM (
  SELECT *,
    toUInt32(transform(roundDown(toUnixTimestamp64Milli(part_start), {cuts:Array(Int64)}), {cuts:Array(Int64)}, arrayEnumerate({cuts:Array(Int64)}), toUInt32(0))) AS epoch,
    if(scheduled = 0, price_nos,
      arrayFilter((numbers, schedule_no) -> schedule_no = 0 OR (schedule_no, epoch) GLOBAL IN (SELECT schedule_no, epoch FROM scratch_schedule), price_nos, schedule_nos)) AS holding
  FROM usage_part(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}) AS usage_part
  GLOBAL ANY LEFT JOIN (SELECT account_no, account_id AS owner, payer_no, plan, start_at, end_at FROM scratch_rated_account) AS account ON owner = account_id
  GLOBAL ANY LEFT JOIN (SELECT shape AS classed, class FROM scratch_shape_class) AS classes ON classed = shape
  GLOBAL ANY LEFT JOIN (
    SELECT plan AS priced_plan, usage_type AS priced_type, class AS priced_class, price_nos, schedule_nos, scheduled FROM candidate_price
  ) AS candidate ON priced_plan = plan AND priced_type = usage_type AND priced_class = class
  WHERE window_start >= start_at AND window_start < end_at
);

CREATE OR REPLACE VIEW usage_sum ON CLUSTER `tally` AS
SELECT account_id, usage_type, shape, bucket, sum(quantity) AS quantity
FROM (
  SELECT sign, account_id, usage_type, shape, quantity, roundDown(toUnixTimestamp64Milli(window_start), {edges:Array(Int64)}) AS bucket
  FROM rated_usage(as_of = {as_of:UInt64})
  WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
    AND (empty({usage_types:Array(UInt16)}) OR has({usage_types:Array(UInt16)}, usage_type))
    AND NOT (
      is_cut_inside({cuts:Array(Int64)}, window_start, window_end)
      AND (account_id, usage_type) GLOBAL IN (SELECT account_id, usage_type FROM cut_series)
    )
  UNION ALL
  SELECT sign, account_id, usage_type, shape, quantity, roundDown(edge.1, {edges:Array(Int64)}) AS bucket
  FROM cut_piece(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)})
  WHERE empty({usage_types:Array(UInt16)}) OR has({usage_types:Array(UInt16)}, usage_type)
)
GROUP BY account_id, usage_type, shape, bucket
HAVING sum(sign) > 0;

CREATE OR REPLACE VIEW priced_sum ON CLUSTER `tally` AS
SELECT account_no, payer_no, usage_type, began, quantity,
  arrayJoin(if(empty(holding), [(toUInt32(0), toUInt32(0))], holding)) AS price, price.1 AS price_no, price.2 AS series_no
FROM (
  SELECT *, bucket AS began,
    toUInt32(transform(roundDown(bucket, {cuts:Array(Int64)}), {cuts:Array(Int64)}, arrayEnumerate({cuts:Array(Int64)}), toUInt32(0))) AS epoch,
    if(scheduled = 0, price_nos,
      arrayFilter((numbers, schedule_no) -> schedule_no = 0 OR (schedule_no, epoch) GLOBAL IN (SELECT schedule_no, epoch FROM scratch_schedule), price_nos, schedule_nos)) AS holding
  FROM usage_sum(as_of = {as_of:UInt64}, from_ms = {from_ms:Int64}, to_ms = {to_ms:Int64}, cuts = {cuts:Array(Int64)}, edges = {edges:Array(Int64)}, usage_types = {usage_types:Array(UInt16)}) AS usage_sum
  GLOBAL INNER JOIN (SELECT account_no, account_id AS owner, payer_no, plan, start_at, end_at FROM scratch_rated_account) AS account ON owner = account_id
  GLOBAL ANY LEFT JOIN (SELECT shape AS classed, class FROM scratch_shape_class) AS classes ON classed = shape
  GLOBAL ANY LEFT JOIN (
    SELECT plan AS priced_plan, usage_type AS priced_type, class AS priced_class, price_nos, schedule_nos, scheduled FROM candidate_price
  ) AS candidate ON priced_plan = plan AND priced_type = usage_type AND priced_class = class
  WHERE bucket >= toUnixTimestamp64Milli(start_at) AND bucket < toUnixTimestamp64Milli(end_at)
);

CREATE OR REPLACE VIEW price_tier ON CLUSTER `tally` AS
SELECT plan, tariff_id, tariff_version, tier, any(name) AS name, any(label) AS label, any(unit) AS unit, any(unit_base) AS unit_base, any(unit_price) AS unit_price
FROM (
  SELECT plan, tariff_id, tariff_version, name, unit, unit_base, tier, label, unit_price
  FROM scratch_price ARRAY JOIN tiers AS tier, labels AS label, unit_prices AS unit_price
)
GROUP BY plan, tariff_id, tariff_version, tier;

CREATE OR REPLACE VIEW rated_account ON CLUSTER `tally` AS
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
GLOBAL LEFT JOIN scratch_closed_account AS closed ON closed.account_id = used.account_id
GLOBAL LEFT JOIN current_account AS account ON account.account_id = used.account_id
GLOBAL LEFT JOIN current_account AS payer
  ON payer.account_id = multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(used.account_id), account.payer_account_id)
GLOBAL LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = used.account_id
GLOBAL LEFT JOIN scratch_account_card AS carded ON carded.account_id = used.account_id
GLOBAL LEFT JOIN zone_of_account(run_seq = 0) AS payer_zoned
  ON payer_zoned.account_id = multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(used.account_id), account.payer_account_id)
WHERE account.kind != 'system';

CREATE OR REPLACE VIEW current_rating ON CLUSTER `tally` AS
SELECT period, max(run_seq) AS rating_seq FROM published_run WHERE kind = 'rate' GROUP BY period;

CREATE OR REPLACE VIEW charged_account ON CLUSTER `tally` AS
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
    WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
    UNION ALL
    SELECT toString(used.account_id) AS account_id, toUInt64(0), toUInt64(0), toUnixTimestamp64Milli(min(first_at)), toUInt8(1)
    FROM rated_usage(as_of = {as_of:UInt64}) AS used
    WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC') AND sign = 1
      AND toString(used.account_id) GLOBAL NOT IN (SELECT account.account_id FROM account WHERE changed_at <= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC'))
    GROUP BY account_id
  )
  GROUP BY account_id
) AS known
GLOBAL LEFT JOIN scratch_closed_account AS closed ON closed.account_id = known.account_id
GLOBAL LEFT JOIN current_account AS account ON account.account_id = known.account_id
GLOBAL LEFT JOIN current_account AS payer
  ON payer.account_id = multiIf(closed.account_id != '', closed.payer_account_id, account.payer_account_id = '', toString(known.account_id), account.payer_account_id)
GLOBAL LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = known.account_id
GLOBAL LEFT JOIN scratch_account_card AS carded ON carded.account_id = known.account_id
WHERE account.kind != 'system' AND (closed.account_id = '' OR closed.cut_seq != 0)
  AND ((SELECT count() FROM scratch_rating_scope) = 0 OR known.account_id GLOBAL IN (SELECT account_id FROM scratch_rating_scope));

CREATE OR REPLACE VIEW owned_line ON CLUSTER `tally` AS
SELECT owner.1 AS owner_scope, owner.2 AS owner_id, payer_account_id, account_id, scope AS line_scope, line, kind AS line_kind,
  component AS line_component, usage_type, toInt256(reinterpret(statement_line.amount, 'Int128')) AS amount
FROM statement_line
ARRAY JOIN arrayConcat([('payer', payer_account_id)], if(scope = 'account', [('account', account_id)], [])) AS owner
WHERE period = {period:String} AND run_seq = {run_seq:UInt64};

CREATE OR REPLACE VIEW due_charge ON CLUSTER `tally` AS
SELECT due.charge_no AS charge_no, due.scope AS scope, due.owner_id AS owner_id, due.payer_account_id AS payer_account_id,
  due.threshold AS threshold, due.days AS days, due.of_days AS of_days,
  charge.rate_card_id AS rate_card_id, charge.charge_id AS charge_id, charge.charge_version AS charge_version, charge.name AS name,
  charge.kind AS kind, charge.currency AS currency, charge.minor AS minor, charge.component AS component, charge.components AS components,
  charge.usage_types AS usage_types, charge.percent AS percent, charge.factor AS factor
FROM scratch_due AS due
GLOBAL INNER JOIN scratch_charge AS charge ON charge.charge_no = due.charge_no
WHERE due.step = {step:UInt32};

CREATE OR REPLACE FUNCTION billed_as ON CLUSTER `tally` AS (usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) ->
  sipHash128(concat(
    reinterpretAsFixedString(usage_record_id), reinterpretAsFixedString(toUnixTimestamp64Milli(part_start)), reinterpretAsFixedString(tier),
    reinterpretAsFixedString(quantity), reinterpretAsFixedString(reinterpret(amount, 'Int128')),
    currency, '\n', tariff_id, '\n', component, '\n', payer_account_id));

CREATE OR REPLACE FUNCTION billed_in_brief ON CLUSTER `tally` AS (usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) ->
  cityHash64(usage_record_id, part_start, tier, quantity, amount,
    cityHash64(payer_account_id), cityHash64(currency), cityHash64(tariff_id), cityHash64(component));

CREATE OR REPLACE VIEW differing_record ON CLUSTER `tally` AS
SELECT *, run_seq = {new_seq:UInt64} AS is_new
FROM billing_record
PREWHERE period = {period:String} AND run_seq IN ({old_seq:UInt64}, {new_seq:UInt64})
  AND account_id GLOBAL IN (SELECT account_id FROM scratch_rerated_account)
WHERE bitAnd(usage_record_id, {mask:UInt32}) = {slice:UInt32}
  AND billed_as(usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) GLOBAL IN (
    SELECT billed_as(usage_record_id, part_start, tier, quantity, amount, payer_account_id, currency, tariff_id, component) AS said
    FROM billing_record
    PREWHERE period = {period:String} AND run_seq IN ({old_seq:UInt64}, {new_seq:UInt64})
      AND account_id GLOBAL IN (SELECT account_id FROM scratch_rerated_account)
    WHERE bitAnd(usage_record_id, {mask:UInt32}) = {slice:UInt32}
    GROUP BY said
    HAVING count() = 1
  );

CREATE OR REPLACE VIEW counted_notification ON CLUSTER `tally` AS
SELECT * FROM notification
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence);

CREATE OR REPLACE VIEW counted_attempt ON CLUSTER `tally` AS
SELECT * FROM delivery_attempt
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence);

CREATE OR REPLACE VIEW notification_standing ON CLUSTER `tally` AS
SELECT told.notification_id AS notification_id, told.fact AS fact, told.channel AS channel, told.recipient AS recipient, told.language AS language,
  told.body AS body, told.subject AS subject, told.created_at AS created_at, tried.attempt AS attempt, tried.steps AS step, tried.tries AS tries,
  if(tried.attempt = 0, 'waiting', toString(tried.state)) AS state, if(tried.attempt = 0, told.created_at, tried.next_at) AS next_at
FROM counted_notification AS told
GLOBAL LEFT JOIN (
  SELECT notification_id, max(row.attempt) AS attempt, argMax(row.step, (row.attempt, row.step)) AS steps, argMax(row.state, (row.attempt, row.step)) AS state,
    argMax(row.next_at, (row.attempt, row.step)) AS next_at,
    toUInt16(countIf(row.state = 'sending' AND row.attempt >= ask.asked)) AS tries
  FROM counted_attempt AS row
  GLOBAL LEFT JOIN (
    SELECT notification_id, maxIf(asking.attempt, asking.state = 'asked') AS asked FROM counted_attempt AS asking GROUP BY notification_id
  ) AS ask ON ask.notification_id = row.notification_id
  GROUP BY notification_id
) AS tried ON tried.notification_id = told.notification_id;

CREATE OR REPLACE VIEW issued_document ON CLUSTER `tally` AS
SELECT * FROM statement_document WHERE run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'finalize');

CREATE OR REPLACE VIEW issue_order ON CLUSTER `tally` AS
SELECT payer_account_id AS issued_payer, toString(period) AS issued_period, arraySort(groupArray((run_seq, statement_id))) AS issues
FROM issued_document WHERE kind = 'statement' AND apart = ''
GROUP BY issued_payer, issued_period;

CREATE OR REPLACE FUNCTION corrected_statement ON CLUSTER `tally` AS (issues, before, payer_account_id, month) ->
  if(arrayLast(one -> before = 0 OR one.1 < before, issues).2 AS standing = '', statement_id_of(payer_account_id, month, ''), standing);

CREATE OR REPLACE VIEW issued_credit ON CLUSTER `tally` AS
SELECT * FROM credit_draw WHERE run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'finalize');

CREATE OR REPLACE VIEW profiled_payer ON CLUSTER `tally` AS
SELECT account_id AS profiled_id, body AS customer, JSONExtractString(body, 'legal_name') AS legal_name,
  JSONExtractString(body, 'address', 'country') AS country, JSONExtractString(body, 'address', 'region') AS region,
  JSONExtractString(body, 'tax', 'rule') AS rule, JSONExtractString(body, 'tax', 'reason') AS reason,
  JSONExtractString(body, 'issuer_id') AS issuer_id
FROM billing_profile
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY account_id, fence DESC, version DESC LIMIT 1 BY account_id;

CREATE OR REPLACE FUNCTION tax_rates_of ON CLUSTER `tally` AS (text) ->
  JSONExtract(text, 'Array(Tuple(String, String, String, String, Array(UInt16), Array(String), String, String, String, String, Int64, String))');

CREATE OR REPLACE FUNCTION tax_rate_of ON CLUSTER `tally` AS (rates, rule, country, region, usage_type, component, month) ->
  arrayFirst(rate -> rate.2 = if(rule = '', 'standard', rule)
    AND (rate.3 = '' OR rate.3 = country) AND (rate.4 = '' OR rate.4 = region)
    AND (empty(rate.5) OR has(rate.5, usage_type)) AND (empty(rate.6) OR has(rate.6, component))
    AND rate.7 <= concat(month, '-31') AND (rate.8 = '' OR concat(month, '-31') < rate.8), rates).1;

CREATE OR REPLACE FUNCTION rounded_tax ON CLUSTER `tally` AS (net, percent_no, step) ->
  if(net < 0, toInt256(-1), toInt256(1)) * intDiv(2 * abs(net * percent_no) + 100000000 * step, 200000000 * step) * step;

CREATE OR REPLACE VIEW draft_line ON CLUSTER `tally` AS
SELECT statement_line.*, statement_id_of(payer_account_id, toString(statement_line.period), toString(apart)) AS statement_id,
  if(adjusts_period = '', toString(statement_line.period), toString(adjusts_period)) AS for_period,
  tax_rate_of(tax_rates_of({tax_rates:String}), rule, country, region, usage_type, toString(component), for_period) AS tax_rate_id,
  profiled.reason AS tax_reason
FROM statement_line
GLOBAL LEFT JOIN profiled_payer AS profiled ON profiled_id = payer_account_id
WHERE statement_line.period = {period:String}
  AND statement_line.run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String});

CREATE OR REPLACE VIEW finalizable ON CLUSTER `tally` AS
SELECT drafted.payer_account_id AS payer_account_id, statement_id, drafted.currency AS currency, drafted.apart AS apart,
  drafted.rating_seq AS rating_seq, profiled.country AS country, profiled.region AS region, profiled.rule AS rule, profiled.reason AS reason,
  profiled.customer AS customer, if(profiled.issuer_id = '', {default_issuer:String}, profiled.issuer_id) AS issued_by,
  statement_id != '' AND statement_id GLOBAL IN (SELECT issued_document.statement_id FROM issued_document WHERE issued_document.period = {period:String}) AS is_final,
  arrayFilter(finding -> finding.2 > 0, [
    ('not-closed', toUInt64(close_seq = 0)),
    ('not-rated', toUInt64(close_seq != 0 AND drafted.rating_seq < close_seq)),
    ('unrated', toUInt64(drafted.unrated)),
    ('no-issuer', toUInt64(issued_by = '')),
    ('no-profile', toUInt64(issued_by != '' AND profiled.legal_name = '')),
    ('no-tax-rate', toUInt64(drafted.untaxed))]) AS findings
FROM (
  SELECT payer_account_id, statement_id, toString(any(draft_line.currency)) AS currency, toString(any(draft_line.apart)) AS apart,
    any(draft_line.run_seq) AS rating_seq, countIf(kind = 'unrated') AS unrated,
    countIf(tax_rate_id = '' AND amount != 0 AND notEmpty(tax_rates_of({tax_rates:String}))) AS untaxed
  FROM draft_line(period = {period:String}, tax_rates = {tax_rates:String}) AS draft_line
  GROUP BY payer_account_id, statement_id
  UNION ALL
  SELECT payer_account_id, '', '', '', (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String}) AS rated_seq, 0, 0
  FROM closed_period
  WHERE closed_period.period = {period:String} AND payer_account_id GLOBAL NOT IN (
    SELECT payer_account_id FROM statement_line
    WHERE period = {period:String} AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = {period:String})
  )
  GROUP BY payer_account_id
  HAVING min(closed_period.run_seq) > rated_seq
) AS drafted
GLOBAL LEFT JOIN (
  SELECT payer_account_id AS closed_payer, min(closed_period.run_seq) AS close_seq FROM closed_period
  WHERE toString(closed_period.period) >= {period:String} GROUP BY closed_payer
) AS closing ON closed_payer = drafted.payer_account_id
GLOBAL LEFT JOIN profiled_payer AS profiled ON profiled_id = drafted.payer_account_id;

CREATE OR REPLACE FUNCTION issuers_of ON CLUSTER `tally` AS (text) ->
  JSONExtract(text, 'Array(Tuple(String, UInt64, String, String, String, UInt8, UInt16, String))');

CREATE OR REPLACE FUNCTION posting_id_of ON CLUSTER `tally` AS (kind, parts) -> concat('lp_', lower(hex(sipHash128(kind, parts))));

CREATE OR REPLACE VIEW counted_payment ON CLUSTER `tally` AS
SELECT payment.* EXCEPT (changed_at), greatest(payment.changed_at, turn.ended_at) AS changed_at
FROM payment GLOBAL LEFT ANY JOIN ended_turn AS turn ON turn.ended_fence = payment.fence
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY payment_id, fence, version LIMIT 1 BY payment_id;

CREATE OR REPLACE VIEW granted_credit ON CLUSTER `tally` AS
SELECT credit_grant.* EXCEPT (changed_at), greatest(credit_grant.changed_at, turn.ended_at) AS changed_at
FROM credit_grant GLOBAL LEFT ANY JOIN ended_turn AS turn ON turn.ended_fence = credit_grant.fence
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY credit_id, fence, version LIMIT 1 BY credit_id;

CREATE OR REPLACE VIEW current_credit ON CLUSTER `tally` AS
SELECT * FROM credit_grant
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY credit_id, fence DESC, version DESC LIMIT 1 BY credit_id;

CREATE OR REPLACE VIEW publication ON CLUSTER `tally` AS
SELECT run_seq, min(changed_at) AS published_at FROM run
WHERE state = 'published' AND run_seq GLOBAL IN (SELECT run_seq FROM published_run)
GROUP BY run_seq;

CREATE OR REPLACE VIEW ledger ON CLUSTER `tally` AS
SELECT run_seq, posting_id, entry, toString(kind) AS kind, toString(ledger_account) AS ledger_account, payer_account_id,
  toString(currency) AS currency, toString(period) AS period, statement_id, reference, published_at AS booked_at, amount
FROM ledger_entry
GLOBAL INNER JOIN (SELECT run_seq AS published_seq, published_at FROM publication) AS published ON published_seq = run_seq
UNION ALL
SELECT run_seq, posting_id, entry, toString(kind), toString(ledger_account), payer_account_id,
  toString(currency), toString(period), statement_id, reference, greatest(booked_at, turn.ended_at), amount
FROM (
  SELECT * FROM ledger_entry
  WHERE run_seq = 0 AND fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
  ORDER BY posting_id, entry, fence LIMIT 1 BY posting_id, entry
) AS standing
GLOBAL LEFT ANY JOIN ended_turn AS turn ON turn.ended_fence = standing.fence
UNION ALL
SELECT toUInt64(0), posting_id_of('payment', [payment_id]), toUInt16(side.1), if(amount > 0, 'payment', 'refund'), side.2, payer_account_id,
  toString(currency), '', if(side.2 = 'receivable', statement_id, ''), concat('payment:', payment_id), changed_at, side.3
FROM counted_payment
ARRAY JOIN [(1, 'cash', amount), (2, if(amount < 0 AND statement_id != '', 'receivable', 'prepayment'), -amount)] AS side
UNION ALL
SELECT toUInt64(0), posting_id_of('grant', [credit_id]), toUInt16(side.1), 'grant', side.2, payer_account_id,
  toString(currency), '', '', concat('credit:', credit_id), changed_at, side.3
FROM granted_credit
ARRAY JOIN [
  (1, if(kind = 'promotion', 'credits_granted', 'cash'), amount),
  (2, if(kind = 'promotion', 'credit_liability', 'prepayment'), -amount)
] AS side;

CREATE OR REPLACE VIEW written_off ON CLUSTER `tally` AS
SELECT entry.statement_id AS off_id, published.published_at AS off_at, told.asked_by AS off_by, told.reason AS off_reason
FROM (SELECT DISTINCT run_seq, statement_id FROM ledger_entry WHERE kind = 'write-off') AS entry
GLOBAL INNER JOIN publication AS published ON published.run_seq = entry.run_seq
GLOBAL LEFT ANY JOIN current_run AS told ON told.run_seq = entry.run_seq;

CREATE OR REPLACE FUNCTION half_away ON CLUSTER `tally` AS (num, den) -> if(num < 0, toInt256(-1), toInt256(1)) * intDivOrZero(2 * toInt256(abs(num)) + den, 2 * den);

CREATE OR REPLACE FUNCTION as_nano ON CLUSTER `tally` AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 9)');

CREATE OR REPLACE FUNCTION as_pico ON CLUSTER `tally` AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 12)');

CREATE OR REPLACE FUNCTION as_atto ON CLUSTER `tally` AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 18)');

CREATE OR REPLACE FUNCTION as_whole ON CLUSTER `tally` AS (whole) -> reinterpret(accurateCast(whole, 'Int128'), 'Decimal(38, 0)');

CREATE OR REPLACE FUNCTION whole_of ON CLUSTER `tally` AS (decimal) -> toInt256(reinterpret(decimal, 'Int128'));

CREATE OR REPLACE FUNCTION formula_safe ON CLUSTER `tally` AS (cell) ->
  if(match(cell, '^([\\s\\v\\p{Z}\\x{feff}]*[=+@\\-\\x{ff1d}\\x{ff0b}\\x{ff0d}\\x{ff20}]|[\\t\\r\\n])'), concat('''', cell), cell);

CREATE OR REPLACE VIEW first_document ON CLUSTER `tally` AS
SELECT * FROM issued_document WHERE kind = 'statement' ORDER BY run_seq, statement_id LIMIT 1 BY payer_account_id, period, apart;

CREATE OR REPLACE VIEW export_document ON CLUSTER `tally` AS
SELECT * FROM scratch_export_document
WHERE export_id = {export_id:String} AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32};

CREATE OR REPLACE VIEW export_line ON CLUSTER `tally` AS
SELECT * FROM scratch_export_line
WHERE export_id = {export_id:String} AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32};

CREATE OR REPLACE VIEW export_draw ON CLUSTER `tally` AS
SELECT document.run_seq AS run_seq, document.statement_id AS statement_id, draw.credit_id AS credit_id, sum(draw.amount) AS amount
FROM export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document
GLOBAL INNER JOIN credit_draw AS draw ON draw.run_seq = document.run_seq
WHERE draw.statement_id IN (document.statement_id, document.reverses)
GROUP BY run_seq, statement_id, credit_id;

CREATE OR REPLACE VIEW exported_line ON CLUSTER `tally` AS
SELECT toUInt64(0) AS run_seq, statement_id_of(payer_account_id, toString(statement_line.period), toString(statement_line.apart)) AS statement_id,
  toUInt8(0) AS is_later, '' AS corrects, payer_account_id, toString(statement_line.currency) AS currency, line, account_id,
  toString(statement_line.kind) AS kind, usage_type, tariff_id, tariff_version, toString(statement_line.component) AS component, tier, description, quantity,
  toString(statement_line.unit) AS unit, unit_base, unit_price, exact_amount, amount, toString(statement_line.scope) AS scope, rate_card_id, charge_id,
  charge_version, of_line, threshold, days, of_days, toString(statement_line.adjusts_period) AS adjusts_period, toString(statement_line.adjusts_kind) AS adjusts_kind, adjusts_line
FROM statement_line
WHERE statement_line.period = {period:String} AND statement_line.run_seq = {rating_seq:UInt64} AND ({payer:String} = '' OR payer_account_id = {payer:String})
  AND statement_id GLOBAL NOT IN (SELECT statement_id FROM scratch_export_document WHERE export_id = {export_id:String} AND is_later = 0)
UNION ALL
SELECT line.run_seq, line.statement_id, document.is_later, document.corrects, line.payer_account_id, toString(line.currency), line.line, line.account_id,
  toString(line.kind), line.usage_type, line.tariff_id, line.tariff_version, toString(line.component), line.tier, line.description, line.quantity,
  toString(line.unit), line.unit_base, line.unit_price, line.exact_amount, line.amount, toString(line.scope), line.rate_card_id, line.charge_id,
  line.charge_version, line.of_line, line.threshold, line.days, line.of_days, toString(line.adjusts_period), toString(line.adjusts_kind), line.adjusts_line
FROM final_line AS line
GLOBAL INNER JOIN scratch_export_document AS document ON document.run_seq = line.run_seq AND document.statement_id = line.statement_id
WHERE document.export_id = {export_id:String};

CREATE OR REPLACE VIEW account_timeline ON CLUSTER `tally` AS
SELECT known.account_id AS account_id, account.name AS name,
  multiIf(zoned.timeline != '', zoned.timeline, account.time_zone = '', concat('0 ', {default_zone:String}), concat('0 ', account.time_zone)) AS timeline
FROM (
  SELECT account_id FROM current_account
  UNION DISTINCT
  SELECT arrayJoin([account_id, payer_account_id]) FROM scratch_export_line WHERE export_id = {export_id:String}
) AS known
GLOBAL LEFT JOIN current_account AS account ON account.account_id = known.account_id
GLOBAL LEFT JOIN zone_of_account(run_seq = 0) AS zoned ON zoned.account_id = known.account_id;

CREATE OR REPLACE FUNCTION base36_of ON CLUSTER `tally` AS (number) -> replaceRegexpOne(
  arrayStringConcat(arrayMap(place -> substring('0123456789abcdefghijklmnopqrstuvwxyz', toInt64(intDiv(number, toInt64(pow(36, place))) % 36) + 1, 1), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])),
  '^0+', '');

CREATE OR REPLACE FUNCTION billing_record_id_of ON CLUSTER `tally` AS (period, usage_record_id, part_start, tier, component) ->
  concat('br_', replaceOne(period, '-', ''), '_', lower(hex(usage_record_id)), '_', base36_of(toUnixTimestamp64Milli(part_start)), '_', toString(tier), '_', component);

CREATE OR REPLACE VIEW exported_entry ON CLUSTER `tally` AS
SELECT * FROM ledger
WHERE booked_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND booked_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND ({payer:String} = '' OR payer_account_id = {payer:String}) AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32};

CREATE OR REPLACE VIEW usage_about_month ON CLUSTER `tally` AS
SELECT * FROM published_usage(as_of = {as_of:UInt64}, live_seq = 0)
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64} - 129600000, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64} + 129600000, 'UTC')
  AND ({payer:String} = '' OR account_id = {payer:String}) AND moduloOrZero(cityHash64(toString(account_id)), {parts:UInt32}) = {part:UInt32};

CREATE OR REPLACE FUNCTION is_lived ON CLUSTER `tally` AS (window_start, account_id, starts, ends, from_ms, to_ms) ->
  window_start >= if(account_id = '', fromUnixTimestamp64Milli(from_ms, 'UTC'), starts) AND window_start < if(account_id = '', fromUnixTimestamp64Milli(to_ms, 'UTC'), ends);

CREATE OR REPLACE FUNCTION focus_unit_of ON CLUSTER `tally` AS (unit, noun, size) -> concat(
  multiIf(unit = 'thousand', concat(if(size = '', '1', size), '000 '), unit = 'million', concat(if(size = '', '1', size), '000000 '), size = '', '', concat(size, ' ')),
  multiIf(unit = 'hour', 'Hours', unit = 'month', 'Months', unit = 'gib_hour', 'GiB-Hours', unit = 'gib_month', 'GiB-Months', unit = 'gib', 'GiB',
    unit = 'unit_hour', concat(noun, '-Hours'), noun));

CREATE OR REPLACE VIEW line_record ON CLUSTER `tally` AS
SELECT record.*, line.*
FROM (
  SELECT payer_account_id AS paying, account_id AS used_by, usage_type AS used_type, tariff_id AS priced_by, tariff_version AS priced_version,
    component AS priced_component, tier AS priced_tier, usage_record_id, resource, billing_record.part AS resource_part, shape, window_start, window_end, part_start,
    billing_record.quantity AS used, whole_of(billing_record.amount) AS own
  FROM billing_record
  WHERE period = {period:String} AND run_seq = {rating_seq:UInt64} AND used != 0 AND moduloOrZero(cityHash64(payer_account_id), {parts:UInt32}) = {part:UInt32}
) AS record
GLOBAL INNER JOIN (
  SELECT * FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32})
  WHERE line_kind IN ('usage', 'unrated') AND is_later = 0 AND (given != 0) = ({discounted:UInt8} = 1)
) AS line
  ON line.payer_account_id = paying AND line.account_id = used_by AND line.usage_type = used_type AND line.tariff_id = priced_by
  AND line.tariff_version = priced_version AND line.component = priced_component AND line.tier = priced_tier;

CREATE OR REPLACE VIEW billed_record ON CLUSTER `tally` AS
SELECT *, own AS billed
FROM line_record(period = {period:String}, rating_seq = {rating_seq:UInt64}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}, discounted = 0)
UNION ALL
SELECT * EXCEPT (reached), half_away(reached * (rounded + given), rounded) - half_away((reached - own) * (rounded + given), rounded) AS billed
FROM (
  SELECT *, sum(own) OVER (PARTITION BY run_seq, statement_id, line ORDER BY part_start, usage_record_id ROWS UNBOUNDED PRECEDING) AS reached
  FROM line_record(period = {period:String}, rating_seq = {rating_seq:UInt64}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}, discounted = 1)
);

CREATE OR REPLACE VIEW focus_shape ON CLUSTER `tally` AS
SELECT shape AS shaped, toString(shape.zone) AS zone, toString(shape.offering) AS offering, toString(shape.project_id) AS project, concat('{', arrayStringConcat(arrayConcat(
    arrayMap(tag -> concat(toJSONString(if(startsWith(tag.1, 'tallyhouse:'), concat('user:', tag.1), tag.1)), ':',
      multiIf(tag.2 = '""', 'true', match(tag.2, '^[\\[{n]'), toJSONString(tag.2), tag.2)), JSONExtractKeysAndValuesRaw(shape.tags)),
    if(vm = '', [], [concat('"tallyhouse:vm":', toJSONString(vm))])), ','), '}') AS tags
FROM shape
WHERE shape.shape GLOBAL IN (SELECT billing_record.shape FROM billing_record WHERE period = {period:String} AND run_seq = {rating_seq:UInt64})
ORDER BY shape.shape LIMIT 1 BY shape.shape;

CREATE OR REPLACE VIEW focus_usage ON CLUSTER `tally` AS
SELECT *, if(by_offering = 1 AND offering != '', concat(sku, '.', offering), sku) AS own_sku,
  size != '' AND unit_price > 0 AS packaged,
  multiIf(packaged AND pooled = 0, half_away(own * toInt256(1000), whole_of(unit_price)) * toInt256('1000000000000'),
    packaged, half_away(own * toInt256('1000000000000000'), whole_of(unit_price)), line_kind = 'unrated', half_away(used * toInt256('1000000000000'), consumed_base),
    half_away(used * toInt256('1000000000000'), unit_base)) AS priced_quantity,
  if(pooled = 1, if(priced_quantity = 0, toInt256(0), half_away(own * toInt256('1000000000000000000000'), priced_quantity)), whole_of(unit_price) * toInt256(1000000)) AS list_price,
  if(given = 0, list_price, half_away(list_price * (rounded + given), rounded)) AS contracted_price,
  arrayFirst(cut -> cut > toUnixTimestamp64Milli(part_start) AND cut < toUnixTimestamp64Milli(window_end), cuts) AS cut_at
FROM billed_record(period = {period:String}, rating_seq = {rating_seq:UInt64}, export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS billed
GLOBAL LEFT ANY JOIN focus_shape(period = {period:String}, rating_seq = {rating_seq:UInt64}) AS shaped ON shaped.shaped = billed.shape
GLOBAL LEFT ANY JOIN (SELECT account_id AS naming, resource AS named_resource, part AS named_part, name AS resource_name FROM resource_label(account_ids = emptyArrayString())) AS label
  ON naming = account_id AND named_resource = resource AND named_part = resource_part;

CREATE OR REPLACE VIEW focus_charge ON CLUSTER `tally` AS
SELECT line.*, toUInt8(is_later = 1 OR line_kind = 'adjustment') AS is_correction, multiIf(line_kind = 'adjustment', adjusts_period, is_later = 1, month_of_statement(statement_id), {period:String}) AS of_month,
  multiIf(charged_as IN ('usage', 'unrated'), 'Usage', charged_as IN ('flat', 'percentage') AND rounded >= 0, 'Purchase', 'Adjustment') AS category,
  rounded + if(is_correction = 1, toInt256(0), given) AS billed, corrected_statement(issues, run_seq, payer_account_id, adjusts_period) AS corrected_id
FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS line
GLOBAL LEFT JOIN issue_order AS corrected ON corrected.issued_payer = line.payer_account_id AND corrected.issued_period = line.adjusts_period
WHERE is_later = 1 OR line_kind = 'adjustment' OR (line_kind NOT IN ('usage', 'unrated') AND of_line = 0);

CREATE OR REPLACE VIEW focus_rounding ON CLUSTER `tally` AS
SELECT run_seq, statement_id, payer_account_id, any(line.currency) AS currency, sum(rounded + given - of_rows) AS billed
FROM export_line(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS line
WHERE line_kind IN ('usage', 'unrated') AND is_later = 0
GROUP BY run_seq, statement_id, payer_account_id
HAVING billed != 0;

CREATE OR REPLACE VIEW focus_settlement ON CLUSTER `tally` AS
SELECT document.run_seq AS run_seq, document.statement_id AS statement_id, document.payer_account_id AS payer_account_id, document.currency AS currency,
  document.is_later AS is_later, document.corrects AS corrects, if(document.is_later = 1, month_of_statement(document.statement_id), {period:String}) AS of_month, 'Tax' AS category,
  concat('tax/', toString(tax.tax_rate_id), '/', toString(tax.for_period)) AS detail, tax.name AS description, whole_of(tax.amount) AS billed
FROM statement_tax AS tax
GLOBAL INNER JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = tax.run_seq AND document.statement_id = tax.statement_id
WHERE tax.amount != 0
UNION ALL
SELECT document.run_seq, document.statement_id, document.payer_account_id, document.currency, document.is_later,
  document.corrects, if(document.is_later = 1, month_of_statement(document.statement_id), {period:String}), 'Credit', concat('credit/', draw.credit_id), concat('Credit ', draw.credit_id), -whole_of(draw.amount)
FROM export_draw(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS draw
GLOBAL INNER JOIN export_document(export_id = {export_id:String}, part = {part:UInt32}, parts = {parts:UInt32}) AS document ON document.run_seq = draw.run_seq AND document.statement_id = draw.statement_id
WHERE draw.amount != 0;

CREATE OR REPLACE VIEW current_access_user ON CLUSTER `tally` AS
SELECT * FROM access_user
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence)
ORDER BY user_id, fence DESC, version DESC LIMIT 1 BY user_id;

CREATE OR REPLACE VIEW audit_change ON CLUSTER `tally` AS
SELECT kind, id, changed_at, changed_by, version,
  lagInFrame(said, 1, '') OVER (PARTITION BY kind, id ORDER BY fence, version ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS before,
  said AS after
FROM (
  SELECT 'account' AS kind, toString(account.account_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(account.name), 'kind', toString(account.kind), 'domain', toString(account.domain), 'payer_account_id', toString(account.payer_account_id), 'currency', toString(account.currency), 'time_zone', toString(account.time_zone), 'payment', toString(account.payment), 'rate_card_id', toString(account.rate_card_id), 'state', toString(account.state))) AS said
  FROM account
  UNION ALL
  SELECT 'setting' AS kind, toString(setting.name) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('value', toString(setting.value))) AS said
  FROM setting
  UNION ALL
  SELECT 'key' AS kind, toString(api_key.key_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(api_key.name), 'role', toString(api_key.role), 'account_id', toString(api_key.account_id), 'domain', toString(api_key.domain), 'user_id', toString(api_key.user_id), 'state', toString(api_key.state), 'sources', toString(api_key.sources), 'cidrs', toString(api_key.cidrs), 'expires_ms', toString(api_key.expires_ms))) AS said
  FROM api_key
  UNION ALL
  SELECT 'user' AS kind, toString(access_user.user_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('account_id', toString(access_user.account_id), 'username', toString(access_user.username), 'email', toString(access_user.email), 'first_name', toString(access_user.first_name), 'last_name', toString(access_user.last_name), 'role', toString(access_user.role), 'time_zone', toString(access_user.time_zone), 'state', toString(access_user.state), 'password_ms', toString(access_user.password_ms))) AS said
  FROM access_user
  UNION ALL
  SELECT 'catalogue' AS kind, concat(toString(catalogue_entry.kind), '/', catalogue_entry.id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(catalogue_entry.name), 'attributes', toString(catalogue_entry.attributes))) AS said
  FROM catalogue_entry
  UNION ALL
  SELECT 'rate-card' AS kind, toString(rate_card.rate_card_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(rate_card.name), 'currency', toString(rate_card.currency), 'revision', toString(rate_card.revision), 'state', toString(rate_card.state), 'valid_from', toString(rate_card.valid_from), 'valid_to', toString(rate_card.valid_to), 'tariffs', toString(rate_card.tariffs), 'charges', toString(rate_card.charges))) AS said
  FROM rate_card
  UNION ALL
  SELECT 'issuer' AS kind, toString(issuer.issuer_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('body', toString(issuer.body))) AS said
  FROM issuer
  UNION ALL
  SELECT 'billing-profile' AS kind, toString(billing_profile.account_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('body', toString(billing_profile.body))) AS said
  FROM billing_profile
  UNION ALL
  SELECT 'tax-rate' AS kind, toString(tax_rate.tax_rate_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('body', toString(tax_rate.body))) AS said
  FROM tax_rate
  UNION ALL
  SELECT 'budget' AS kind, toString(budget.budget_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('name', toString(budget.name), 'scope', toString(budget.scope), 'owner_id', toString(budget.owner_id), 'currency', toString(budget.currency), 'amount', toString(budget.amount), 'period', toString(budget.period), 'thresholds', toString(budget.thresholds), 'state', toString(budget.state))) AS said
  FROM budget
  UNION ALL
  SELECT 'balance-threshold' AS kind, toString(balance_threshold.account_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('low', toString(balance_threshold.low))) AS said
  FROM balance_threshold
  UNION ALL
  SELECT 'credit' AS kind, toString(credit_grant.credit_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('payer_account_id', toString(credit_grant.payer_account_id), 'currency', toString(credit_grant.currency), 'kind', toString(credit_grant.kind), 'amount', toString(credit_grant.amount), 'state', toString(credit_grant.state), 'reason', toString(credit_grant.reason))) AS said
  FROM credit_grant
  UNION ALL
  SELECT 'payment' AS kind, toString(payment.payment_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('payer_account_id', toString(payment.payer_account_id), 'currency', toString(payment.currency), 'amount', toString(payment.amount), 'statement_id', toString(payment.statement_id), 'method', toString(payment.method), 'note', toString(payment.note))) AS said
  FROM payment
  UNION ALL
  SELECT 'webhook' AS kind, toString(webhook.webhook_id) AS id, changed_at, changed_by, version, fence,
    toJSONString(map('url', toString(webhook.url), 'facts', toString(webhook.facts), 'state', toString(webhook.state))) AS said
  FROM webhook
  UNION ALL
  SELECT 'rate-card-assignment' AS kind, concat(toString(rate_card_assignment.kind), '/', rate_card_assignment.id, '/', rate_card_assignment.valid_from) AS id,
    changed_at, changed_by, rate_card_assignment.revision AS version, fence,
    toJSONString(map('rate_card_id', rate_card_assignment.rate_card_id, 'override_card_id', rate_card_assignment.override_card_id)) AS said
  FROM rate_card_assignment
  UNION ALL
  SELECT 'usage-type' AS kind, toString(usage_type_added.usage_type) AS id, added_at AS changed_at, added_by AS changed_by, toUInt64(1) AS version, fence,
    toJSONString(map('definition', toString(usage_type_added.definition))) AS said
  FROM usage_type_added
)
WHERE fence <= (SELECT fence FROM settled_fence) AND fence GLOBAL NOT IN (SELECT fence FROM void_fence);

CREATE OR REPLACE FUNCTION cloudstack_hours ON CLUSTER `tally` AS (ms) -> toFloat64(toFloat32(toFloat32(toFloat32(toFloat32(ms) / 1000) / 60) / 60));

CREATE OR REPLACE FUNCTION cloudstack_keeps_row ON CLUSTER `tally` AS (type) ->
  startsWith(type, 'tally.') OR type IN ('BACKUP.USAGE.METRIC', 'BUCKET.UPDATE', 'VOLUME.ATTACH', 'VOLUME.CHANGE.DISK.OFFERING');

CREATE OR REPLACE VIEW cloudstack_shape ON CLUSTER `tally` AS
SELECT shape, project_id, zone, offering, template, resource_type, vm, size, virtual_size, details, tags,
  reinterpretAsUInt128(sipHash128(project_id, zone, offering, template, resource_type, vm, details)) AS alike_unsized,
  reinterpretAsUInt128(sipHash128(alike_unsized, size, virtual_size)) AS alike
FROM shape;

CREATE OR REPLACE VIEW cloudstack_usage ON CLUSTER `tally` AS
SELECT usage.run_seq AS run_seq, usage.sign AS sign, usage.account_id AS account_id, usage.window_start AS window_start, usage.window_end AS window_end,
  usage.k AS k, usage.usage_type AS usage_type, usage.resource AS resource, usage.part AS part, usage.shape AS shape,
  usage.quantity AS quantity, usage.duration_ms AS duration_ms, usage.slices AS slices, usage.first_at AS first_at, usage.last_at AS last_at, usage.closed_by AS closed_by
FROM (
  SELECT run_seq, sign, account_id, window_start, window_end, k, usage_type, resource, part, shape, quantity, duration_ms, slices, first_at, last_at, closed_by
  FROM usage_record
  WHERE run_seq GLOBAL IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64})
) AS usage
WHERE window_start >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND window_end <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')
  AND (empty({account_ids:Array(String)}) OR account_id IN {account_ids:Array(String)})
  AND (empty({usage_types:Array(UInt16)}) OR usage_type IN {usage_types:Array(UInt16)})
  AND (empty({resources:Array(String)}) OR resource IN {resources:Array(String)})
  AND (empty({parts:Array(String)}) OR part IN {parts:Array(String)})
  AND ({vm:String} = '' OR shape GLOBAL IN (SELECT shape FROM shape WHERE vm = {vm:String}))
  AND ({offering:String} = '' OR shape GLOBAL IN (SELECT shape FROM shape WHERE offering = {offering:String}))
  AND NOT (usage_type = 3 AND shape GLOBAL IN (SELECT shape FROM shape WHERE position(details, '"hidden"') > 0 AND JSONExtractString(details, 'hidden') = 'true'));
