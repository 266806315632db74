-- Usage as published: rows of published runs only. as_of: the highest run_seq that counts, so that a page and its total agree.

CREATE OR REPLACE VIEW published_usage AS
SELECT * FROM usage_record
WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64});

CREATE OR REPLACE VIEW published_slice AS
SELECT * FROM slice
WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate' AND run_seq <= {as_of:UInt64});

-- Windows any published run has published, per zone.
CREATE OR REPLACE VIEW published_window AS
SELECT time_zone, window_start, window_end, run_seq, first FROM run_window
WHERE run_seq IN (SELECT run_seq FROM published_run WHERE kind = 'aggregate');
