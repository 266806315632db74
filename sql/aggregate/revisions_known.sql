-- How many revisions of events, and ends of accounts, were ever admitted.
-- Params  none
-- Rows    revisions, endings UInt64
-- Why     where there are none, what they make void need not be worked out
SELECT (SELECT count() FROM event_revision) AS revisions, (SELECT count() FROM account_end) AS endings
