-- Who does a run, until when it may, and how far it has come. dry_run 1 = its rows are never published.
-- lease_expires_at: from then on another process may take over; each row of a running run renews it. progress: JSON, '' = none told.
ALTER TABLE run
  ADD COLUMN IF NOT EXISTS dry_run UInt8 AFTER period,
  ADD COLUMN IF NOT EXISTS began_at DateTime64(3, 'UTC') AFTER error,
  ADD COLUMN IF NOT EXISTS holder String AFTER began_at,
  ADD COLUMN IF NOT EXISTS lease_expires_at DateTime64(3, 'UTC') AFTER holder,
  ADD COLUMN IF NOT EXISTS progress String AFTER lease_expires_at;
