-- What was used: shapes, records, slices, the state at checkpoints, and the scratch a run works in.

-- What a shape hash stands for; content-addressed, so it never changes and records stay narrow.
CREATE TABLE IF NOT EXISTS shape (
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
) ENGINE = ReplacingMergeTree ORDER BY shape
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The names of a resource, of which the latest counts: a label, apart from what is billed.
CREATE TABLE IF NOT EXISTS resource_name (
  account_id LowCardinality(String),
  resource String,
  part String,
  name String,
  occurred_at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(occurred_at) ORDER BY (account_id, resource, part, name)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Published usage: the truth of a window is the sum of its published rows. sign -1 takes back what an earlier run said.
-- quantity: base units of the usage type (ms, byte*ms). opened_at, opened_by: where the first slice's interval began and
-- the low 64 bits of the opening event's id_hash; closed_by: of the event that closed the last slice, 0 = open at window end.
-- k: by which late runs find the rows of touched resources in a window, at a fifth of what the text costs; it stands before the
-- text in the order, so that two million rows are sorted by numbers.
-- A record of one slice holds that slice itself (first_at, last_at); the slices of the others are in table slice.
CREATE TABLE IF NOT EXISTS usage_record (
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
) ENGINE = MergeTree
PARTITION BY toYYYYMM(window_start)
ORDER BY (account_id, window_start, k, usage_type, resource, part, shape, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS slice (
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
) ENGINE = MergeTree
PARTITION BY toYYYYMM(window_start)
ORDER BY (account_id, window_start, k, usage_type, resource, part, shape, from_at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The zone in which a run cut an account's windows, where it differs from what the run before had; the latest published counts.
CREATE TABLE IF NOT EXISTS account_zone (
  run_seq UInt64,
  account_id String,
  time_zone LowCardinality(String)
) ENGINE = MergeTree ORDER BY (account_id, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Windows a run published; they count when the run does.
CREATE TABLE IF NOT EXISTS run_window (
  run_seq UInt64,
  time_zone LowCardinality(String),
  window_start DateTime64(3, 'UTC'),
  window_end DateTime64(3, 'UTC'),
  first UInt8
) ENGINE = MergeTree ORDER BY (time_zone, window_start, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Resources a run must look at again because something about them arrived late; from_at is the earliest such instant.
CREATE TABLE IF NOT EXISTS run_touched (
  run_seq UInt64,
  k UInt64,
  from_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (run_seq, k)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Open (resource, part, usage type) at a checkpoint: a cache, so that a run costs what its windows hold.
-- Of several rows for one (at, k) those of the latest published run count (resource_state_repair names it).
CREATE TABLE IF NOT EXISTS resource_state (
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
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(at)
ORDER BY (at, k, resource, part, usage_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Checkpoints that exist: the run that wrote one whole.
CREATE TABLE IF NOT EXISTS checkpoint (
  at DateTime64(3, 'UTC'),
  run_seq UInt64
) ENGINE = MergeTree ORDER BY (at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Resources whose state at a checkpoint was written again by a later run.
CREATE TABLE IF NOT EXISTS resource_state_repair (
  at DateTime64(3, 'UTC'),
  k UInt64,
  run_seq UInt64
) ENGINE = MergeTree ORDER BY (at, k, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of the one run that holds the lease; emptied before use, gone with the process.
CREATE TABLE IF NOT EXISTS scratch_arrival (
  log_partition UInt32,
  log_offset UInt64,
  id_hash UInt128,
  content_hash UInt128,
  occurred_at DateTime64(3, 'UTC'),
  k UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_interval (
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

CREATE TABLE IF NOT EXISTS scratch_record AS usage_record ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_slice AS slice ENGINE = Memory;
