-- What is another row once a notification or a try was written.
-- Params  none
-- Rows    notifications, attempts, fence UInt64
-- Why     counts cost nothing; how each notification stands is a look at all tries there ever were
SELECT (SELECT count() FROM notification) AS notifications, (SELECT count() FROM delivery_attempt) AS attempts, (SELECT fence FROM settled_fence) AS fence
