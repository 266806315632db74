-- What archived events are still needed for: to tell repeats of them, and how the resources of this installation's own cloud stand.

-- Events that came too late to be taken, for as long as it takes to hold them against the ids ever accepted. Columns and hashes of
-- table event: log_id is the batch, log_offset the place in it. What a crash leaves behind nobody reads.
CREATE TABLE IF NOT EXISTS past_event AS event
ENGINE = MergeTree PARTITION BY log_id ORDER BY log_offset;

-- Of the core engine's archived events those that tell, resource by resource, how it stood at the end of the month: its last event,
-- the last that turned its state, the last of a command of its own.
CREATE TABLE IF NOT EXISTS engine_horizon (
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
) ENGINE = ReplacingMergeTree ORDER BY (source, resource, sequence)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
