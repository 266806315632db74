-- Several processes: numbered turns at control data, leases of jobs and of roles, and what went wrong with scheduled runs.

-- fence: the number of the turn that wrote the row; 0 = by the one process that has the store alone.
ALTER TABLE account ADD COLUMN IF NOT EXISTS fence UInt64;
ALTER TABLE catalogue_entry ADD COLUMN IF NOT EXISTS fence UInt64;
ALTER TABLE setting ADD COLUMN IF NOT EXISTS fence UInt64;
ALTER TABLE api_key ADD COLUMN IF NOT EXISTS fence UInt64;
ALTER TABLE rate_card ADD COLUMN IF NOT EXISTS fence UInt64;
ALTER TABLE tariff ADD COLUMN IF NOT EXISTS fence UInt64;
ALTER TABLE usage_type_added ADD COLUMN IF NOT EXISTS fence UInt64;

-- Turns at writing control data, in the order of their numbers: taken before anything is written, done once all is. void: given
-- up by its holder or by the next one, for good, whatever else is written under that number. What a turn wrote counts when it is
-- done and not void (view 00_fences).
CREATE TABLE IF NOT EXISTS control_turn (
  fence UInt64,
  state LowCardinality(String),
  holder String,
  changed_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (state, fence)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Who does what is due of a job. One row per sign of life (beat), the highest of the highest fence counts; ended 1 = given back.
CREATE TABLE IF NOT EXISTS job_lease (
  job String,
  fence UInt64,
  beat UInt32,
  tick_at DateTime64(3, 'UTC'),
  holder String,
  expires_at DateTime64(3, 'UTC'),
  ended UInt8
) ENGINE = ReplacingMergeTree(beat) ORDER BY (job, fence)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Tries of scheduled runs that failed.
CREATE TABLE IF NOT EXISTS job_failure (
  job String,
  tick_at DateTime64(3, 'UTC'),
  failed_at DateTime64(3, 'UTC'),
  holder String,
  error String
) ENGINE = MergeTree ORDER BY (job, failed_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Which processes have a part of this store: its control data, its event log. shared 1 = by a service that keeps them apart. One row
-- per sign of life (beat), the highest counts; ended 1 = given back.
CREATE TABLE IF NOT EXISTS process_lease (
  part LowCardinality(String),
  process_id String,
  beat UInt32,
  shared UInt8,
  holder String,
  expires_at DateTime64(3, 'UTC'),
  ended UInt8
) ENGINE = ReplacingMergeTree(beat) ORDER BY (part, process_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
