-- What sanity checks found, and what people decided of it.

-- One row per version of a finding, the highest counts. finding_id: hash of (check, account_id, usage_type, resource, part, what).
-- what: which of the things the check can find of that resource, '' = there is but one. at: when in the data. detail: JSON with
-- ids and figures. state: open; accepted = somebody has looked and lets it be; resolved = the check no longer finds it.
CREATE TABLE IF NOT EXISTS finding (
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
) ENGINE = ReplacingMergeTree(version) ORDER BY finding_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Each time the checks were done: how much of the event log and which runs they had seen, so that the next goes on from there.
-- failed: checks that could not be done; as long as one failed, the next goes on from where the former began.
CREATE TABLE IF NOT EXISTS sanity_check (
  run_seq UInt64,
  checked_at DateTime64(3, 'UTC'),
  bound String,
  last_run_seq UInt64,
  found UInt64,
  failed Array(String)
) ENGINE = MergeTree ORDER BY run_seq
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of the checks that hold the lease: what they find before it is set against what was found before.
CREATE TABLE IF NOT EXISTS scratch_finding (
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
