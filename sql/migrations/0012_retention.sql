-- Events that left by age: where each month of them is, the state they left behind, and whose names were erased.

-- One row per version of a month's archive (UTC month of occurred_at), the highest counts. state: written = the file is complete
-- and read back, the events may still be in table event; archived = they are gone from it; restoring, restored = they are coming
-- back, are back. file: its name in the archive folder. row_checksum: sum of 128-bit hashes of all rows as the file holds them,
-- whatever their order; key_checksum: of positions and of what the store derives from them, by which a restored month is held
-- against what it was; sha256, bytes: of the file. structure: columns and types of the file. last_offset: the highest position in
-- it. horizon_at: the end of the month, for which run_seq wrote the state (its checksum in state_checksum).
CREATE TABLE IF NOT EXISTS archive (
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
) ENGINE = MergeTree ORDER BY (month, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What ended, or was a point, shortly before a horizon: windows that the horizon cuts (those of zones other than UTC) are computed
-- again from this, from the state at the horizon and from later events. Columns as in scratch_interval.
CREATE TABLE IF NOT EXISTS horizon_interval (
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
) ENGINE = MergeTree ORDER BY (at, run_seq, k)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Accounts whose names were erased: who asked for it and when, and how many events, names of resources and refused messages it was.
CREATE TABLE IF NOT EXISTS erasure (
  account_id String,
  erased_at DateTime64(3, 'UTC'),
  erased_by String,
  run_id String,
  events UInt64,
  names UInt64,
  messages UInt64
) ENGINE = MergeTree ORDER BY (account_id, erased_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
