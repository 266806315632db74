-- From when on a usage type counts: one that is added while events it is measured from are there already counts from an instant on.

-- 1970 = since the beginning.
ALTER TABLE usage_type ADD COLUMN IF NOT EXISTS counts_from DateTime64(3, 'UTC');

-- Usage types that a run must not count before an instant; 2^62 = never: its registry does not know them.
CREATE TABLE IF NOT EXISTS scratch_counting (
  usage_type UInt16,
  from_ms Int64
) ENGINE = Memory;

-- Types added so far count since the beginning. Checkpoints may lack their state; they are a cache, but for those at the end of
-- archived months.
DELETE FROM checkpoint WHERE at NOT IN (SELECT horizon_at FROM archive);
