-- Zones and window ranges over time: a change counts from a month start on, and leaves what lies before it alone.

-- From when on an account is in a zone, 1970 = since the beginning; of entries with the same start the latest published run's counts.
ALTER TABLE account_zone
  ADD COLUMN IF NOT EXISTS from_at DateTime64(3, 'UTC') DEFAULT toDateTime64('1970-01-01 00:00:00', 3, 'UTC');

-- The same for the length of the windows of a zone, in minutes.
CREATE TABLE IF NOT EXISTS zone_range (
  run_seq UInt64,
  time_zone LowCardinality(String),
  range_minutes UInt16,
  from_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY (time_zone, from_at, run_seq)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
