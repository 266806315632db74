-- Control data as it stands: of each thing the highest version.

CREATE OR REPLACE VIEW current_account AS
SELECT * FROM account ORDER BY account_id, version DESC LIMIT 1 BY account_id;

CREATE OR REPLACE VIEW current_catalogue AS
SELECT * FROM catalogue_entry ORDER BY kind, id, version DESC LIMIT 1 BY kind, id;

CREATE OR REPLACE VIEW current_setting AS
SELECT * FROM setting ORDER BY name, version DESC LIMIT 1 BY name;

CREATE OR REPLACE VIEW current_api_key AS
SELECT * FROM api_key ORDER BY key_id, version DESC LIMIT 1 BY key_id;

CREATE OR REPLACE VIEW current_rate_card AS
SELECT * FROM rate_card ORDER BY rate_card_id, version DESC LIMIT 1 BY rate_card_id;

-- A run that failed stays failed, whatever its holder still writes after another has taken over.
CREATE OR REPLACE VIEW current_run AS
SELECT * FROM run ORDER BY run_seq, state = 'failed' DESC, step DESC LIMIT 1 BY run_seq;

-- What readers may see: one row with state published is what publishing is (P7). A run that heard its publishing fail, though
-- the row was written, has both rows: it counts as failed for all alike, or readers would see it while its rows are cleared. So
-- does one whose lease was taken over: publishing after that is in vain.
CREATE OR REPLACE VIEW published_run AS
SELECT run_seq, kind, period FROM run
WHERE state = 'published' AND run_seq NOT IN (SELECT run_seq FROM run WHERE state = 'failed');
