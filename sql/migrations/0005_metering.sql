-- Readings and revisions of events, and what the state and the scratch of a run need for every measure.

-- Readings: whole numbers, names sorted, values in the same order. counter: '' = no counter, cumulative, delta. epoch: of a counter.
-- revision 0 = an event of its own; else this row replaces (original_source, original_id), and its columns are those of the
-- event that counts instead. envelope: what else the message of a revision said, canonical JSON.
ALTER TABLE event
  ADD COLUMN IF NOT EXISTS reading_names Array(LowCardinality(String)) AFTER extensions,
  ADD COLUMN IF NOT EXISTS reading_values Array(Int64) AFTER reading_names,
  ADD COLUMN IF NOT EXISTS counter LowCardinality(String) AFTER reading_values,
  ADD COLUMN IF NOT EXISTS epoch String AFTER counter,
  ADD COLUMN IF NOT EXISTS revision UInt32 AFTER epoch,
  ADD COLUMN IF NOT EXISTS original_source LowCardinality(String) AFTER revision,
  ADD COLUMN IF NOT EXISTS original_id String AFTER original_source,
  ADD COLUMN IF NOT EXISTS envelope String AFTER original_id;

ALTER TABLE event
  ADD COLUMN IF NOT EXISTS original_hash UInt128 MATERIALIZED if(revision = 0, toUInt128(0), reinterpretAsUInt128(sipHash128(original_source, original_id)));

-- An event without readings and revision keeps the content hash it always had: a repeat after this migration is still a repeat.
ALTER TABLE event
  MODIFY COLUMN IF EXISTS content_hash UInt128 MATERIALIZED if(empty(reading_names) AND revision = 0,
    reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape)),
    reinterpretAsUInt128(sipHash128(sequence, type, subject, occurred_at, account_id, account, domain, resource, part, name, extensions, shape,
      reading_names, reading_values, counter, epoch, revision, original_source, original_id, envelope)));

-- Revisions of events, by what they revise: of those of one original the highest counts (equal ones: the greater source and id).
CREATE TABLE IF NOT EXISTS event_revision (
  original_hash UInt128,
  revision UInt32,
  source String,
  id String,
  id_hash UInt128,
  log_partition UInt32,
  log_offset UInt64
) ENGINE = ReplacingMergeTree ORDER BY (original_hash, revision, source, id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Events that end an account, so that a run need not look for them among all events.
CREATE TABLE IF NOT EXISTS account_end (
  account_id String,
  at DateTime64(3, 'UTC'),
  source String,
  id String,
  sequence Int64,
  id_hash UInt128,
  revision UInt32,
  log_partition UInt32,
  log_offset UInt64
) ENGINE = ReplacingMergeTree ORDER BY (account_id, at, id_hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- The state holds every measure: per_ms is what one millisecond counts (1 for a duration, bytes of a capacity, the reading of
-- a gauge) or the baseline of a counter, whose epoch stands beside it. measure: 0 duration, 1 capacity, 3 counter, 4 gauge.
-- It is a cache, and what it held so far is made again from the events.
TRUNCATE TABLE IF EXISTS checkpoint;
TRUNCATE TABLE IF EXISTS resource_state;
TRUNCATE TABLE IF EXISTS resource_state_repair;
ALTER TABLE resource_state RENAME COLUMN IF EXISTS size TO per_ms;
ALTER TABLE resource_state ADD COLUMN IF NOT EXISTS measure UInt8 AFTER usage_type, ADD COLUMN IF NOT EXISTS epoch String AFTER per_ms;

DROP TABLE IF EXISTS scratch_arrival;
CREATE TABLE IF NOT EXISTS scratch_arrival (
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

-- Steps of the stories a run looks at: what each event means to each usage type. measure as in resource_state, and 2 sum,
-- 5 count, 6 max, 7 unique, 8 latest. label: epoch of a counter, value of a unique. t: Unix ms; of a counter 1 ms before its sample.
CREATE TABLE IF NOT EXISTS scratch_event (
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

-- Partial changes: they say one thing of a resource and leave the rest as it is. effect: 4 tags, 5 owner, 6 size.
CREATE TABLE IF NOT EXISTS scratch_partial (
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

-- Partial changes once it is known what they change: whole steps, with what their shapes stand for.
CREATE TABLE IF NOT EXISTS scratch_resolved (
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

-- Intervals, and points as intervals of one millisecond. measure as in scratch_event, and 9: no usage, but the baseline a
-- counter had over that time. label: of a unique its value, of a baseline its epoch.
DROP TABLE IF EXISTS scratch_interval;
CREATE TABLE IF NOT EXISTS scratch_interval (
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

-- Runs that count for the present run, itself among them; and the accounts with the zone each is in, from when to when.
CREATE TABLE IF NOT EXISTS scratch_run (run_seq UInt64) ENGINE = Memory;

-- Resources to look at, where not all are looked at.
CREATE TABLE IF NOT EXISTS scratch_touched (k UInt64) ENGINE = Memory;

-- Events that revisions have made count for nothing: the revised ones, and revisions below the highest.
CREATE TABLE IF NOT EXISTS scratch_superseded (id_hash UInt128) ENGINE = Memory;

-- Accounts that have ended, each at the earliest instant that counts, and the event that said so.
CREATE TABLE IF NOT EXISTS scratch_ended (
  account_id String,
  at_ms Int64,
  source String,
  id String,
  sequence Int64,
  event_ref UInt64
) ENGINE = Memory;

CREATE TABLE IF NOT EXISTS scratch_account (
  account_id String,
  zone String,
  from_ms Int64,
  to_ms Int64
) ENGINE = Memory;
