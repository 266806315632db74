-- Months of events that left by age, as they stand.

CREATE OR REPLACE VIEW current_archive AS
SELECT * FROM archive ORDER BY month, version DESC LIMIT 1 BY month;

-- The end of the last month whose events are not there, or must not be counted on: what happened before is archived. No rows = all
-- events are there. A month that is there while a later one is not lies before it all the same.
CREATE OR REPLACE VIEW archive_horizon AS
SELECT month, horizon_at, run_seq FROM current_archive
WHERE state IN ('written', 'archived', 'restoring')
ORDER BY month DESC
LIMIT 1;
