-- What happened: accepted events, the ids ever seen, the positions that count for nothing, and what was refused.

-- Identity of the event log kept in this store. A position means nothing without it (design: a re-made log is noticed).
CREATE TABLE IF NOT EXISTS event_log (
  log_id String,
  created_at DateTime64(3, 'UTC')
) ENGINE = MergeTree ORDER BY log_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- How far a named reader of the log has come; the highest offset counts.
CREATE TABLE IF NOT EXISTS event_log_commit (
  reader LowCardinality(String),
  log_partition UInt32,
  log_offset UInt64
) ENGINE = ReplacingMergeTree(log_offset) ORDER BY (reader, log_partition)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- One row per event in the log. size and virtual_size: bytes, -1 = not given. sequence: -1 = not given.
-- details, tags, extensions: canonical JSON (keys sorted). The order makes a day one contiguous read.
CREATE TABLE IF NOT EXISTS event (
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
) ENGINE = MergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (toDate(occurred_at), k, resource, occurred_at, log_partition, log_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Every (source, id) ever accepted, by hash; the accepted one is at the lowest position (P3). Outlives the events.
-- Small granules: a run asks for single ids all over it.
CREATE TABLE IF NOT EXISTS event_identity (
  id_hash UInt128,
  log_partition UInt32,
  log_offset UInt64,
  content_hash UInt128,
  occurred_at DateTime64(3, 'UTC'),
  k UInt64
) ENGINE = ReplacingMergeTree ORDER BY (id_hash, log_partition, log_offset)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1;

-- Positions in the log that count for nothing: repeats and conflicts. conflict = 1: other content than the accepted one.
CREATE TABLE IF NOT EXISTS event_excluded (
  occurred_at DateTime64(3, 'UTC'),
  log_partition UInt32,
  log_offset UInt64,
  conflict UInt8
) ENGINE = ReplacingMergeTree ORDER BY (toDate(occurred_at), log_partition, log_offset)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What was refused, once per content however often it was sent; raw is what arrived, byte for byte when it was text.
CREATE TABLE IF NOT EXISTS quarantine (
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
) ENGINE = AggregatingMergeTree ORDER BY quarantine_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
