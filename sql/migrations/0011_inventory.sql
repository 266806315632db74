-- Inventories: what a source says exists, set against what is metered, and what was proposed and done about it.

-- One row per version of an inventory's report, the highest counts. complete_for: usage types it is the whole list of.
CREATE TABLE IF NOT EXISTS inventory (
  inventory_id String,
  source String,
  at DateTime64(3, 'UTC'),
  account_id String,
  complete_for Array(UInt16),
  bound String,
  listed UInt64,
  counts String,
  made_at DateTime64(3, 'UTC'),
  made_by String
) ENGINE = MergeTree ORDER BY inventory_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- A correcting event that is proposed; versions, the highest counts. event: the CloudEvent, with an id made of the inventory and n,
-- so that sending it twice changes nothing. action: open, close, change, owner. old, new: JSON of what is metered and of what is there.
-- state: proposed, accepted, rejected, refused (ingest did not take it; reason says why).
CREATE TABLE IF NOT EXISTS inventory_proposal (
  inventory_id String,
  n UInt32,
  version UInt64,
  action LowCardinality(String),
  resource String,
  part String,
  usage_types Array(UInt16),
  why String,
  old String,
  new String,
  event String,
  state LowCardinality(String),
  decided_at DateTime64(3, 'UTC'),
  decided_by String,
  reason String
) ENGINE = ReplacingMergeTree(version) ORDER BY (inventory_id, n)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Scratch of the comparison that holds the lease: what is open at the instant, and what the inventory lists, a usage type a row.
CREATE TABLE IF NOT EXISTS scratch_open (
  k UInt64,
  resource String,
  part String,
  usage_type UInt16,
  account_id String,
  shape UInt128,
  opened_ms Int64
) ENGINE = Memory;

-- given: names of the attributes the list gives; the others are not compared.
CREATE TABLE IF NOT EXISTS scratch_listed (
  item UInt32,
  resource String,
  part String,
  usage_type UInt16,
  is_there UInt8,
  account_id String,
  given Array(String),
  project_id String,
  zone String,
  offering String,
  template String,
  resource_type String,
  vm String,
  size Int64,
  virtual_size Int64,
  details String,
  tags String
) ENGINE = Memory;
