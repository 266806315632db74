-- What core knows: accounts, catalogue and settings as versions (append-only, the highest version is current), and the usage types.

CREATE TABLE IF NOT EXISTS account (
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
) ENGINE = MergeTree ORDER BY (account_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Domains, zones, offerings and templates: kind, id, and what is particular to the kind as JSON.
CREATE TABLE IF NOT EXISTS catalogue_entry (
  kind LowCardinality(String),
  id String,
  version UInt64,
  name String,
  attributes String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (kind, id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS setting (
  name String,
  version UInt64,
  value String,
  changed_at DateTime64(3, 'UTC'),
  changed_by String
) ENGINE = MergeTree ORDER BY (name, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- API tokens, hashed; role says what the bearer may do.
CREATE TABLE IF NOT EXISTS api_key (
  key_id String,
  version UInt64,
  name String,
  role LowCardinality(String),
  token_sha256 String,
  state LowCardinality(String),
  changed_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (key_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The registry, one row per usage type and registry version (the hash of the whole registry).
CREATE TABLE IF NOT EXISTS usage_type (
  registry_version String,
  usage_type UInt16,
  name String,
  description String,
  measure LowCardinality(String),
  unit LowCardinality(String),
  display_unit LowCardinality(String)
) ENGINE = ReplacingMergeTree ORDER BY (registry_version, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Which event does what to which usage type: 0 close, 1 open, 2 change.
CREATE TABLE IF NOT EXISTS usage_type_effect (
  registry_version String,
  event_type LowCardinality(String),
  usage_type UInt16,
  effect Int8
) ENGINE = ReplacingMergeTree ORDER BY (registry_version, event_type, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The last nominal instant each job finished; the highest counts.
CREATE TABLE IF NOT EXISTS job_run (
  job String,
  tick_at DateTime64(3, 'UTC'),
  done_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (job, tick_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Runs of aggregate and rate, append-only by step; a run counts from the moment its row with state published is there (P7).
-- bound, former_bound: {"<log id>/<partition>": "<offset>"}. versions: what P12 needs to make it again.
CREATE TABLE IF NOT EXISTS run (
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
) ENGINE = MergeTree ORDER BY (run_seq, step)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
