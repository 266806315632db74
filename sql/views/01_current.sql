-- Control data as it stands: of each thing the row with the highest fence, and of one fence the highest version. What a turn wrote
-- that is not done, or void, counts for nothing (00_fences).

CREATE OR REPLACE VIEW current_account AS
SELECT * FROM account
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY account_id, fence DESC, version DESC LIMIT 1 BY account_id;

CREATE OR REPLACE VIEW current_catalogue AS
SELECT * FROM catalogue_entry
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY kind, id, fence DESC, version DESC LIMIT 1 BY kind, id;

CREATE OR REPLACE VIEW current_setting AS
SELECT * FROM setting
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY name, fence DESC, version DESC LIMIT 1 BY name;

CREATE OR REPLACE VIEW current_api_key AS
SELECT * FROM api_key
WHERE fence <= (SELECT fence FROM settled_fence) AND fence NOT IN (SELECT fence FROM void_fence)
ORDER BY key_id, fence DESC, version DESC LIMIT 1 BY key_id;

-- A run that failed stays failed, whatever its holder still writes after another has taken over.
CREATE OR REPLACE VIEW current_run AS
SELECT * FROM run ORDER BY run_seq, state = 'failed' DESC, step DESC LIMIT 1 BY run_seq;

-- What readers may see: one row with state published is what publishing is (P7). A run that heard its publishing fail, though
-- the row was written, has both rows: it counts as failed for all alike, or readers would see it while its rows are cleared. So
-- does one whose lease was taken over: publishing after that is in vain.
CREATE OR REPLACE VIEW published_run AS
SELECT run_seq, kind, period FROM run
WHERE state = 'published' AND run_seq NOT IN (SELECT run_seq FROM run WHERE state = 'failed');
