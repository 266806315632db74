-- Forgets what the finalizing run before was about.
-- Params  none
-- Rows    none
-- Why     scratch belongs to the one run that holds the lease
TRUNCATE TABLE scratch_document
