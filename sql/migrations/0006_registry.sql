-- All measures as data: what the registry says of a usage type beyond its name, and the usage types operators add.

ALTER TABLE usage_type
  ADD COLUMN IF NOT EXISTS display_divisor String,
  ADD COLUMN IF NOT EXISTS reading String,
  ADD COLUMN IF NOT EXISTS shape_by Array(String),
  ADD COLUMN IF NOT EXISTS parts UInt8,
  ADD COLUMN IF NOT EXISTS max_gap_ms Int64,
  ADD COLUMN IF NOT EXISTS unsized Array(String);

-- Usage types an operator added, append-only: definition is the usage type as JSON. The registry in force = built-in + these.
CREATE TABLE IF NOT EXISTS usage_type_added (
  usage_type UInt16,
  definition String,
  added_at DateTime64(3, 'UTC'),
  added_by String
) ENGINE = MergeTree ORDER BY usage_type
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
